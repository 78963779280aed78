// The console: nobody sees more than a sign-in before the browser has a session.
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from "react";
import { Account } from "./Account";
import { askingFor } from "./asking";
import { remember, remembered } from "./credentials";
import { askWith, type Member, member } from "./member";
import { ProveAgain } from "./ProveAgain";
import { SignIn } from "./SignIn";
import { current, isIdle, keep, PROOF, type Session, signOut } from "./session";

const Editor = lazy(() => import("./Editor"));
const LOOKED_MILLISECONDS = 30_000;

export function Console() {
  const [session, setSession] = useState<Session | null>();
  const [said, setSaid] = useState("");

  // Whatever is over here may go on in another tab, as somebody else.
  const look = useCallback(() => {
    const settle = ({ session, why }: { session: Session | null; why: string }) => {
      setSaid(why);
      setSession(session);
    };
    current().then(settle, (error: Error) => settle({ session: null, why: error.message }));
  }, []);
  const end = useCallback((why: string) => {
    setSaid(why);
    setSession(null);
  }, []);

  useEffect(look, [look]);

  if (session === undefined) return null;
  if (session === null) return <SignIn said={said} onSession={setSession} />;
  return <Desk key={session.proof} session={session} onOver={look} onEnd={end} />;
}

interface Props {
  session: Session;
  onOver: () => void;
  onEnd: (why: string) => void;
}

function Desk({ session, onOver, onEnd }: Props) {
  const { proof, prepared } = session;
  const [brand, setBrand] = useState(() => remembered("brand", ""));
  const [who, setWho] = useState<Member>();
  const [fault, setFault] = useState("");
  const [showsAccount, setShowsAccount] = useState(false);
  const [asked, setAsked] = useState<(isProved: boolean) => void>();

  const asking = useMemo(() => {
    const proveAgain = () => new Promise<boolean>((resolve) => setAsked(() => resolve));
    return askingFor({ onOver, proveAgain });
  }, [onOver]);
  const headers = useMemo(
    (): Record<string, string> => ({ [PROOF]: proof, ...(brand ? { "X-Brand": brand } : {}) }),
    [proof, brand],
  );
  const ask = useMemo(() => askWith(headers, asking), [headers, asking]);

  useEffect(() => {
    remember("brand", brand);
    member(ask).then(
      (found) => {
        setWho(found);
        setFault("");
      },
      // A brand that this tab remembers may be of somebody else, or not theirs any more.
      (error: Error) => (brand ? setBrand("") : setFault(error.message)),
    );
  }, [ask, brand]);

  useEffect(() => {
    const use = () => void keep().catch(() => {});
    const timer = setInterval(() => {
      if (isIdle(session)) onEnd("The session was idle for too long. Sign in again.");
    }, LOOKED_MILLISECONDS);
    const uses = ["pointerdown", "keydown"] as const;
    for (const each of uses) addEventListener(each, use);
    return () => {
      clearInterval(timer);
      for (const each of uses) removeEventListener(each, use);
    };
  }, [session, onEnd]);

  async function leave() {
    await signOut(proof).catch(() => {});
    onEnd("You are signed out.");
    setTimeout(forget);
  }

  const viewer = who?.viewer;
  return (
    <>
      <header className="bar">
        <h1>tourbase</h1>
        {viewer && (
          <>
            <label>
              Brand
              <select value={viewer.brand.code} onChange={({ target }) => setBrand(target.value)}>
                {viewer.brands.map(({ code, name }) => (
                  <option key={code} value={code}>
                    {name}
                  </option>
                ))}
              </select>
            </label>
            <button type="button" onClick={() => setShowsAccount(true)}>
              {viewer.label}, {viewer.role}
            </button>
          </>
        )}
        <button type="button" onClick={leave}>
          Sign out
        </button>
        {fault && <output role="alert">{fault}</output>}
        <a href="/schema.graphql">Contract</a>
      </header>
      <main>
        <Suspense>
          <Editor prepared={prepared} headers={headers} asking={asking} readsContract />
        </Suspense>
      </main>
      {showsAccount && viewer && (
        <Account ask={ask} viewer={viewer} onClose={() => setShowsAccount(false)} />
      )}
      {asked && (
        <ProveAgain
          proof={proof}
          byCode={Boolean(who?.secondFactor.confirmedAt)}
          onDone={(isProved) => {
            setAsked(undefined);
            asked(isProved);
          }}
        />
      )}
    </>
  );
}

// What was asked and typed stays in a browser that others may use after us; how it looks may.
function forget(): void {
  for (const name of Object.keys(localStorage)) {
    if (name.startsWith("graphiql:") && name !== "graphiql:theme") localStorage.removeItem(name);
  }
  sessionStorage.removeItem("tourbase:brand");
}
