// What the member may do here, and where else they are signed in.
import { useCallback, useEffect, useState } from "react";
import { type Ask, type Member, revoke, type StaffSession, sessions } from "./member";
import { Sheet } from "./Sheet";

interface Props {
  ask: Ask;
  viewer: Member["viewer"];
  onClose: () => void;
}

const at = (text: string) => new Date(text).toLocaleString();

export function Account({ ask, viewer, onClose }: Props) {
  const [open, setOpen] = useState<StaffSession[]>([]);
  const [fault, setFault] = useState("");
  const load = useCallback(() => {
    sessions(ask).then(setOpen, (error: Error) => setFault(error.message));
  }, [ask]);
  useEffect(load, [load]);

  function end({ id }: StaffSession) {
    setFault("");
    revoke(ask, id).then(load, (error: Error) => setFault(error.message));
  }

  return (
    <Sheet label="Account" onClose={onClose}>
      <h2>{viewer.label}</h2>
      <p>
        {viewer.role} of {viewer.brand.name}
      </p>
      {fault && <p role="alert">{fault}</p>}
      <h3>Sessions</h3>
      <ul className="sessions">
        {open.map((each) => (
          <li key={each.id}>
            <span>
              {each.userAgent ?? "unknown program"}, {each.address}
              <small>
                since {at(each.beganAt)}, last used {at(each.refreshedAt)}
              </small>
            </span>
            {each.current ? (
              <em>this one</em>
            ) : (
              <button type="button" onClick={() => end(each)}>
                End
              </button>
            )}
          </li>
        ))}
      </ul>
      <h3>You may</h3>
      <ul className="scopes">
        {viewer.scopes.map((scope) => (
          <li key={scope}>
            <code>{scope}</code>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}
