import type { ReactNode } from 'react';

interface HeaderSelectProps {
  label: string;
  title?: string;
  value: string;
  onChange: (value: string) => void;
  children: ReactNode;
}

/** A choice in the header. After one with the mouse the focus goes back to the page: the scoring keys must work right away. */
export function HeaderSelect({ label, title, value, onChange, children }: HeaderSelectProps) {
  return (
    <label className="colours">
      <span>{label}</span>
      <select
        title={title}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        onPointerDown={(event) => {
          event.currentTarget.dataset.pointed = 'yes';
        }}
        onKeyDown={(event) => {
          delete event.currentTarget.dataset.pointed;
        }}
        onInput={(event) => {
          if (event.currentTarget.dataset.pointed) event.currentTarget.blur();
        }}
      >
        {children}
      </select>
    </label>
  );
}
