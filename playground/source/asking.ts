// What the console adds to each request: use keeps the session open, and a refusal that one can
// do something about is done something about.
import { keep } from "./session";

export interface Asked {
  // The session is over, or another's.
  onOver: () => void;
  // Whether somebody proved again who they are.
  proveAgain: () => Promise<boolean>;
}

const PROOF_WANTED = "REAUTHENTICATION_REQUIRED";

export function askingFor({ onOver, proveAgain }: Asked): typeof fetch {
  return async (input, init) => {
    await keep();
    const response = await fetch(input, init);
    const { isOver, isStale, isUndone } = judged(await response.clone().json());
    if (isOver) onOver();
    if (!isStale) return response;
    const isProved = await proveAgain();
    return isProved && isUndone ? fetch(input, init) : response;
  };
}

interface Refused {
  code?: string;
  extensions?: { code?: string };
}

// It is asked again only where nothing of it was done: what ran once is not run twice.
function judged(answer: { data?: Record<string, unknown> | null; errors?: Refused[] }) {
  const outside = (answer.errors ?? []).map(({ extensions }) => extensions?.code);
  const inside = Object.values(answer.data ?? {}).map(
    (field) => (field as { errors?: Refused[] } | null)?.errors?.[0]?.code,
  );
  return {
    isOver: outside.includes("UNAUTHENTICATED"),
    isStale: [...outside, ...inside].includes(PROOF_WANTED),
    isUndone: answer.data
      ? inside.every((code) => code === PROOF_WANTED)
      : outside.every((code) => code === PROOF_WANTED),
  };
}
