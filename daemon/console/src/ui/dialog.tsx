// A modal dialog. The browser keeps the focus inside and gives it back; Escape and a click beside it close it.
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { texts } from "../texts";
import { IconButton } from "./button";

interface Props {
  title: string;
  onClose: () => void;
  wide?: boolean;
  busy?: boolean;  // something is on its way: it stays open until the answer is there
  children: ComponentChildren;
}

export function Dialog({ title, onClose, wide, busy, children }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    if (element && !element.open) element.showModal();
    // Closed by taking it away, the browser does not give the focus back by itself.
    return () => before instanceof HTMLElement && before.isConnected && before.focus();
  }, []);
  const close = () => busy || onClose();
  return (
    <dialog ref={dialog} class={`dialog${wide ? " wide" : ""}`} aria-labelledby={heading}
      onCancel={(event) => (event.preventDefault(), close())}
      onPointerDown={(event) => event.target === dialog.current && close()}>
      <div class="dialog-box">
        <header class="dialog-head">
          <h2 id={heading}>{title}</h2>
          <IconButton icon="close" label={texts.close} onClick={close} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
