// Who the page speaks as. Kept for this browser tab at most, never longer.

export interface Choice {
  tenant: string;
  brand: string;
  kind: string;
}

export interface Caller {
  credential: string;
  brand: string;
}

export interface Choices {
  kinds: string[];
  brands: { tenant: string; code: string; name: string }[];
}

export const NOBODY: Caller = { credential: "", brand: "" };

export function headersOf(caller: Caller): Record<string, string> {
  const headers: Record<string, string> = {};
  if (caller.credential) headers["Authorization"] = `Bearer ${caller.credential}`;
  if (caller.brand) headers["X-Brand"] = caller.brand;
  return headers;
}

export const choices = (): Promise<Choices> => asked<Choices>();

export async function callerFor(choice: Choice): Promise<Caller> {
  const made = await asked<{ credential: string }>({
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(choice),
  });
  return { credential: made.credential, brand: "" };
}

async function asked<Answer>(request: RequestInit = {}): Promise<Answer> {
  const headers = { ...request.headers, "X-Requested-By": "playground" };
  const response = await fetch("/graphql/credentials", { ...request, headers });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.errors?.[0]?.message ?? response.statusText);
  return answer as Answer;
}

export function remembered<Kept>(name: string, otherwise: Kept): Kept {
  const text = sessionStorage.getItem(`tourbase:${name}`);
  return text === null ? otherwise : (JSON.parse(text) as Kept);
}

export function remember(name: string, value: unknown): void {
  sessionStorage.setItem(`tourbase:${name}`, JSON.stringify(value));
}
