// Buttons and links that look like them.
import type { ComponentChildren, Ref } from "preact";
import { Icon, type IconName } from "./icon";

interface Look {
  kind?: "plain" | "primary" | "danger" | "ghost";
  icon?: IconName;
  children: ComponentChildren;
}

interface ButtonProps extends Look {
  onClick?: (event: MouseEvent) => void;
  busy?: boolean;  // it works: shown, said, and a second press does nothing
  disabled?: boolean;
  type?: "button" | "submit";
  innerRef?: Ref<HTMLButtonElement>;
  describedBy?: string;
}

export function Button(props: ButtonProps) {
  const { kind = "plain", icon, busy = false, type = "button", children } = props;
  const press = (event: MouseEvent) => {
    if (busy) return event.preventDefault();
    props.onClick?.(event);
  };
  return (
    <button class={`button ${kind}${busy ? " busy" : ""}`} type={type} disabled={props.disabled} ref={props.innerRef}
      aria-disabled={busy || undefined} aria-describedby={props.describedBy} onClick={press}>
      {icon && <Icon name={icon} />}
      <span class="label">{children}</span>
      {busy && <span class="spinner" aria-hidden="true" />}
    </button>
  );
}

// Only an icon to see; `label` is its name and its tooltip.
export function IconButton(props: { icon: IconName; label: string; onClick: (event: MouseEvent) => void; busy?: boolean }) {
  return (
    <button class={`icon-button${props.busy ? " busy" : ""}`} type="button" aria-label={props.label} title={props.label}
      aria-disabled={props.busy || undefined} onClick={(event) => props.busy || props.onClick(event)}>
      {props.busy ? <span class="spinner" aria-hidden="true" /> : <Icon name={props.icon} />}
    </button>
  );
}

export function LinkButton({ href, download, kind = "plain", icon, children }: Look & { href: string; download?: boolean }) {
  return (
    <a class={`button ${kind}`} href={href} download={download}>
      {icon && <Icon name={icon} />}
      <span class="label">{children}</span>
    </a>
  );
}
