// The browser's session with the console: a cookie that no script reads, and the proof beside it,
// which this page keeps in memory alone.
import type { PreparedOperation } from "./offer";

export interface Session {
  proof: string;
  idleSeconds: number;
  prepared: PreparedOperation[];
}

// A refusal of the server, with what it says besides.
export class Refusal extends Error {
  constructor(
    message: string,
    readonly code: string,
    readonly challenge: string,
  ) {
    super(message);
  }
}

export const PROOF = "X-CSRF-Token";
const RENEWED_AFTER_MILLISECONDS = 5 * 60_000;
let renewedAt = 0;

interface Told extends Partial<Session> {
  why?: string;
}

// Null if nobody is signed in; `why` says so of a session that is over.
export async function current(): Promise<{ session: Session | null; why: string }> {
  const { proof, prepared = [], idleSeconds = 0, why = "" } = await post<Told>(
    "/auth/console/session",
  );
  if (proof) renewedAt = Date.now();
  return { session: proof ? { proof, prepared, idleSeconds } : null, why };
}

// What is used goes on: the cookie is renewed now and then, never by a page that lies idle.
export async function keep(): Promise<void> {
  if (Date.now() - renewedAt < RENEWED_AFTER_MILLISECONDS) return;
  await current();
}

export const isIdle = ({ idleSeconds }: Session): boolean =>
  Date.now() - renewedAt > idleSeconds * 1000;

export async function signIn(said: Record<string, string>): Promise<Session> {
  const page = "challenge" in said ? "second-factor" : "sign-in";
  const session = await post<Session>(`/auth/console/${page}`, said);
  renewedAt = Date.now();
  return session;
}

export const signOut = (proof: string): Promise<void> =>
  post("/auth/console/sign-out", {}, { [PROOF]: proof });

export const prove = (proof: string, said: Record<string, string>): Promise<void> =>
  post("/auth/console/step-up", said, { [PROOF]: proof });

export const askForCode = (said: Record<string, string>): Promise<void> =>
  post("/auth/forgot-password", said);

export const setPassword = (said: Record<string, string>): Promise<void> =>
  post("/auth/password", said);

async function post<Answer>(
  path: string,
  body: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(path, {
    method: "POST",
    headers: { ...headers, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : {};
  if (response.ok) return answer as Answer;
  const { message, extensions } = answer.errors?.[0] ?? {};
  throw new Refusal(
    message ?? response.statusText,
    extensions?.code ?? "",
    extensions?.challenge ?? "",
  );
}
