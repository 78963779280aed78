// The server asks for a fresh proof of who sits here, before what is dear.
import { useState } from "react";
import { Form } from "./Form";
import { prove, Refusal } from "./session";
import { Sheet } from "./Sheet";

interface Props {
  proof: string;
  byCode: boolean;
  onDone: (isProved: boolean) => void;
}

const PASSWORD = {
  name: "password",
  label: "Password",
  type: "password",
  autoComplete: "current-password",
};
const CODE = {
  name: "code",
  label: "Code",
  autoComplete: "one-time-code",
  hint: "Of your authenticator, or a recovery code.",
};

export function ProveAgain({ proof, byCode: begun, onDone }: Props) {
  const [byCode, setByCode] = useState(begun);

  async function send(said: Record<string, string>) {
    try {
      await prove(proof, said);
    } catch (error) {
      if (error instanceof Refusal && error.code === "SECOND_FACTOR_REQUIRED") setByCode(true);
      throw error;
    }
    onDone(true);
  }

  return (
    <Sheet label="Prove again who you are" onClose={() => onDone(false)}>
      <Form
        key={byCode ? "code" : "password"}
        title="Prove again who you are"
        said="This needs a proof of the last ten minutes. Then it is run at once."
        fields={[byCode ? CODE : PASSWORD]}
        button="Prove it"
        onSend={send}
      />
    </Sheet>
  );
}
