// Development only: a credential of the demo data for a brand and a kind of caller.
import { useEffect, useState } from "react";
import { type Caller, type Choice, type Choices, NOBODY } from "./credentials";
import { callerFor, choices, remember, remembered } from "./credentials";
import { Fields } from "./Fields";

const FIRST: Choice = { tenant: "", brand: "", kind: "staff" };
const OWN = "own";

interface Props {
  onCaller: (caller: Caller) => void;
}

export function Picker({ onCaller }: Props) {
  const [offered, setOffered] = useState<Choices>({ kinds: [], brands: [] });
  const [choice, setChoice] = useState<Choice>(() => remembered("choice", FIRST));
  const [fault, setFault] = useState("");

  useEffect(() => {
    choices().then(setOffered, (error: Error) => {
      setFault(error.message);
      setChoice((chosen) => ({ ...chosen, kind: OWN }));
    });
  }, []);

  const { kind } = choice;
  const { tenant, code } = offered.brands.find((brand) => isOf(choice, brand)) ??
    offered.brands[0] ?? { tenant: "", code: "" };

  useEffect(() => remember("choice", choice), [choice]);

  useEffect(() => {
    if (!code || kind === OWN) return;
    let isStale = false;
    const settle = (caller: Caller, fault: string) => {
      if (isStale) return;
      setFault(fault);
      onCaller(caller);
    };
    callerFor({ tenant, brand: code, kind }).then(
      (caller) => settle(caller, ""),
      (error: Error) => settle(NOBODY, error.message),
    );
    return () => {
      isStale = true;
    };
  }, [tenant, code, kind, onCaller]);

  function chooseBrand(value: string) {
    const [tenant = "", brand = ""] = value.split("/");
    setChoice({ tenant, brand, kind });
  }

  return (
    <>
      <label>
        Speak as
        <select
          name="kind"
          value={kind}
          onChange={({ target }) => setChoice({ ...choice, kind: target.value })}
        >
          {offered.kinds.map((kind) => (
            <option key={kind}>{kind}</option>
          ))}
          <option value={OWN}>credential of my own</option>
        </select>
      </label>
      {kind === OWN ? (
        <Fields onCaller={onCaller} />
      ) : (
        <label>
          for
          <select
            name="brand"
            aria-label="Brand"
            value={`${tenant}/${code}`}
            onChange={({ target }) => chooseBrand(target.value)}
          >
            {offered.brands.map(({ tenant, code, name }) => (
              <option key={`${tenant}/${code}`} value={`${tenant}/${code}`}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
      <output role="status">{fault}</output>
    </>
  );
}

const isOf = (choice: Choice, brand: { tenant: string; code: string }) =>
  choice.tenant === brand.tenant && choice.brand === brand.code;
