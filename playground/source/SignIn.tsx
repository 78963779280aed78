// Nobody is signed in: the only page there is then, with the ways to a password beside it.
import { useState } from "react";
import { remember, remembered } from "./credentials";
import { Form } from "./Form";
import { askForCode, Refusal, type Session, setPassword, signIn } from "./session";

type Step = "sign in" | "second factor" | "forgotten" | "code";

interface Props {
  said: string;
  onSession: (session: Session) => void;
}

const CODE = { name: "code", label: "Code", autoComplete: "one-time-code" };
const EMAIL = { name: "email", label: "E-mail", type: "email", autoComplete: "username" };
const PASSWORD = { name: "password", label: "Password", type: "password" };

// A mail's link carries its code behind the #, which no server and no log is told.
function mailed(): string {
  const code = new URLSearchParams(location.hash.slice(1)).get("code") ?? "";
  if (code) history.replaceState(null, "", location.pathname);
  return code;
}

export function SignIn({ said: before, onSession }: Props) {
  const [code] = useState(mailed);
  const [step, setStep] = useState<Step>(code ? "code" : "sign in");
  const [said, setSaid] = useState(before);
  const [challenge, setChallenge] = useState("");
  const [tenant, setTenant] = useState(() => remembered("tenant", ""));
  const TENANT = { name: "tenant", label: "Company", autoComplete: "organization", value: tenant };

  function go(step: Step, said = "") {
    setStep(step);
    setSaid(said);
  }

  async function enter(given: Record<string, string>) {
    if (given["tenant"]) {
      setTenant(given["tenant"]);
      remember("tenant", given["tenant"]);
    }
    try {
      onSession(await signIn(given));
    } catch (error) {
      if (!(error instanceof Refusal) || !error.challenge) throw error;
      setChallenge(error.challenge);
      go("second factor");
    }
  }

  async function forget(given: Record<string, string>) {
    await askForCode(given);
    go("code", "If somebody of that address works there, a code was mailed to them.");
  }

  async function choose(given: Record<string, string>) {
    await setPassword(given);
    go("sign in", "The password is set. Sign in with it.");
  }

  const other = (step: Step, text: string) => (
    <button type="button" className="other" onClick={() => go(step)}>
      {text}
    </button>
  );

  return (
    <main className="door">
      <h1>tourbase</h1>
      {step === "sign in" && (
        <Form
          key={step}
          title="Sign in"
          said={said}
          fields={[TENANT, EMAIL, { ...PASSWORD, autoComplete: "current-password" }]}
          button="Sign in"
          onSend={enter}
        >
          {other("forgotten", "I forgot my password")}
          {other("code", "I have a code from a mail")}
        </Form>
      )}
      {step === "second factor" && (
        <Form
          key={step}
          title="Second factor"
          fields={[{ ...CODE, hint: "Of your authenticator, or a recovery code." }]}
          button="Go on"
          onSend={(given) => enter({ ...given, challenge })}
        >
          {other("sign in", "Begin again")}
        </Form>
      )}
      {step === "forgotten" && (
        <Form
          key={step}
          title="Forgotten password"
          fields={[TENANT, EMAIL]}
          button="Mail me a code"
          onSend={forget}
        >
          {other("sign in", "Back")}
        </Form>
      )}
      {step === "code" && (
        <Form
          key={step}
          title="Choose a password"
          said={said}
          fields={[
            { ...CODE, value: code, hint: "From the mail: an invitation, or a forgotten password." },
            { ...PASSWORD, autoComplete: "new-password", hint: "12 characters or more." },
          ]}
          button="Set the password"
          onSend={choose}
        >
          {other("sign in", "Back")}
        </Form>
      )}
    </main>
  );
}
