// A dialog over the page: the browser keeps the focus in it, and Escape closes it.
import { type ReactNode, useEffect, useRef } from "react";

interface Props {
  label: string;
  onClose: () => void;
  children: ReactNode;
}

export function Sheet({ label, onClose, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-label={label} onClose={onClose}>
      {children}
      <button type="button" className="other" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}
