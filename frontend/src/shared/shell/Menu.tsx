import { type KeyboardEvent, type ReactNode, useRef } from 'react';

interface MenuProps {
  label: ReactNode;
  name: string;
  end?: boolean;
  children: ReactNode;
}

/** A disclosure that closes when something in it is chosen, on Escape, and when the focus leaves it. */
export function Menu({ label, name, end = false, children }: MenuProps) {
  const ref = useRef<HTMLDetailsElement>(null);
  const close = () => {
    if (ref.current) ref.current.open = false;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !ref.current?.open) return;
    close();
    ref.current.querySelector('summary')?.focus();
  };
  return (
    <details
      ref={ref}
      className={`menu ${end ? 'end' : ''}`}
      onKeyDown={onKeyDown}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) close();
      }}
    >
      <summary aria-label={name}>
        <span>{label}</span>
      </summary>
      {/* biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: closes after a link or button in it was used */}
      <div className="menu-list" onClick={close}>
        {children}
      </div>
    </details>
  );
}
