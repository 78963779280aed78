// A credential of one's own, and the brand to act for. It takes effect when the field is
// left, with Enter, or with the button.
import { type FormEvent, useEffect, useState } from "react";
import { type Caller, NOBODY, remember, remembered } from "./credentials";

interface Props {
  onCaller: (caller: Caller) => void;
}

export function Fields({ onCaller }: Props) {
  const [used, setUsed] = useState(() => remembered("caller", NOBODY));
  const [draft, setDraft] = useState(used);
  const isInUse = draft.credential === used.credential && draft.brand === used.brand;

  useEffect(() => {
    remember("caller", used);
    onCaller(used);
  }, [used, onCaller]);

  function use(event?: FormEvent) {
    event?.preventDefault();
    if (isInUse) return;
    const wanted = { credential: draft.credential.trim(), brand: draft.brand.trim() };
    setDraft(wanted);
    setUsed(wanted);
  }

  return (
    <form onSubmit={use}>
      <label>
        Credential
        <input
          name="credential"
          type="password"
          autoComplete="off"
          placeholder="token or API key"
          value={draft.credential}
          onChange={({ target }) => setDraft({ ...draft, credential: target.value })}
          onBlur={() => use()}
        />
      </label>
      <label>
        X-Brand
        <input
          name="x-brand"
          autoComplete="off"
          spellCheck={false}
          placeholder="its own"
          size={8}
          value={draft.brand}
          onChange={({ target }) => setDraft({ ...draft, brand: target.value })}
          onBlur={() => use()}
        />
      </label>
      <button type="submit" disabled={isInUse}>
        {isInUse && used.credential ? "In use" : "Use"}
      </button>
    </form>
  );
}
