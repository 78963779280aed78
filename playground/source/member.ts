// Who is signed in, as the API itself says it.

export interface StaffSession {
  id: string;
  userAgent: string | null;
  address: string;
  beganAt: string;
  refreshedAt: string;
  current: boolean;
}

export interface Member {
  viewer: {
    label: string;
    role: string;
    scopes: string[];
    brand: { code: string; name: string };
    brands: { code: string; name: string; role: string }[];
  };
  secondFactor: { confirmedAt: string | null };
}

export type Ask = <Data>(query: string, variables?: Record<string, unknown>) => Promise<Data>;

const MEMBER = `query Member {
  viewer { label role scopes brand { code name } brands { code name role } }
  secondFactor { confirmedAt }
}`;
const SESSIONS = `query Sessions {
  mySessions { id userAgent address beganAt refreshedAt current }
}`;
const REVOKE = `mutation Revoke($id: ID!) {
  revokeSession(input: { id: $id }) { errors { code message } }
}`;

export function askWith(headers: Record<string, string>, asking: typeof fetch): Ask {
  return async <Data>(query: string, variables: Record<string, unknown> = {}) => {
    const response = await asking("/graphql", {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json" },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors?.length) throw new Error(errors[0].message);
    return data as Data;
  };
}

export const member = (ask: Ask): Promise<Member> => ask<Member>(MEMBER);

export const sessions = async (ask: Ask): Promise<StaffSession[]> =>
  (await ask<{ mySessions: StaffSession[] }>(SESSIONS)).mySessions;

export async function revoke(ask: Ask, id: string): Promise<void> {
  const told = await ask<{ revokeSession: { errors: { message: string }[] } }>(REVOKE, { id });
  const [refusal] = told.revokeSession.errors;
  if (refusal) throw new Error(refusal.message);
}
