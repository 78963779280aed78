// A form of texts that is posted by script: one button, and a refusal that is read out.
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from "react";
import { Refusal } from "./session";

export interface Field {
  name: string;
  label: string;
  type?: string;
  autoComplete: string;
  value?: string;
  hint?: string;
}

interface Props {
  title: string;
  said?: string;
  fields: Field[];
  button: string;
  onSend: (said: Record<string, string>) => Promise<void>;
  children?: ReactNode;
}

export function Form({ title, said, fields, button, onSend, children }: Props) {
  const [fault, setFault] = useState("");
  const [isSending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    const inputs = [...(form.current?.querySelectorAll("input") ?? [])];
    (inputs.find(({ value }) => !value) ?? inputs[0])?.focus();
  }, []);

  async function send(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    setSending(true);
    setFault("");
    try {
      await onSend(Object.fromEntries([...given].map(([name, value]) => [name, String(value)])));
    } catch (error) {
      setFault(error instanceof Refusal ? error.message : "The server cannot be reached.");
    } finally {
      setSending(false);
    }
  }

  return (
    <form ref={form} className="sheet" onSubmit={send} aria-label={title}>
      <h2>{title}</h2>
      {said && <p role="status">{said}</p>}
      {fields.map(({ name, label, type, autoComplete, value, hint }) => (
        <label key={name}>
          {label}
          <input
            name={name}
            type={type ?? "text"}
            autoComplete={autoComplete}
            defaultValue={value ?? ""}
            spellCheck={false}
            autoCapitalize="none"
            required
          />
          {hint && <small>{hint}</small>}
        </label>
      ))}
      {fault && <p role="alert">{fault}</p>}
      <button type="submit" disabled={isSending}>
        {button}
      </button>
      {children}
    </form>
  );
}
