import { type ButtonHTMLAttributes, type ReactNode, useEffect, useRef } from 'react';
import { useT } from '../i18n';

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'busy';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'primary' | 'danger' | 'quiet';
  /** Shows that the act is under way, and keeps it from being asked for twice. */
  busy?: boolean;
}

export function Button({ look, busy = false, className = '', disabled, children, ...rest }: ButtonProps) {
  const t = useT();
  return (
    <button
      type="button"
      className={`button ${look ?? ''} ${className}`}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      {...rest}
    >
      {busy ? t('ui.working') : children}
    </button>
  );
}

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`badge ${tone}`}>{children}</span>;
}

/** What an AI made says so, everywhere. */
export function AiBadge() {
  const t = useT();
  return <span className="badge ai">{t('ai.badge')}</span>;
}

interface BannerProps {
  tone?: Tone;
  children: ReactNode;
  action?: ReactNode;
}

export function Banner({ tone = 'plain', children, action }: BannerProps) {
  return (
    <div className={`banner ${tone}`} role={tone === 'bad' ? 'alert' : 'status'}>
      <div>{children}</div>
      {action}
    </div>
  );
}

interface EmptyProps {
  title: string;
  children?: ReactNode;
}

export function Empty({ title, children }: EmptyProps) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function Loading() {
  const t = useT();
  return (
    <p className="loading" role="status">
      {t('ui.loading')}
    </p>
  );
}

interface ProgressProps {
  label: string;
  value: number;
  max: number;
  detail?: string;
}

export function Progress({ label, value, max, detail }: ProgressProps) {
  const share = max > 0 ? Math.min(1, value / max) : 0;
  return (
    <div className={`progress ${max > 0 && value >= max ? 'done' : ''}`}>
      <div className="progress-text">
        <span>{label}</span>
        <span>{detail}</span>
      </div>
      <div
        className="progress-track"
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={max}
        aria-valuenow={value}
        aria-valuetext={detail}
      >
        <div className="progress-bar" style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}

interface PageHeadProps {
  title: string;
  lead?: ReactNode;
  children?: ReactNode;
}

let pagesShown = 0;

/** The heading of a page; also its title in the tab, and where a screen reader goes on after a change of page. */
export function PageHead({ title, lead, children }: PageHeadProps) {
  const t = useT();
  const heading = useRef<HTMLHeadingElement>(null);
  const app = t('app.name');
  useEffect(() => {
    document.title = `${title} · ${app}`;
  }, [title, app]);
  useEffect(() => {
    pagesShown += 1;
    if (pagesShown > 1) heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className="page-head">
      <div>
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {lead && <p>{lead}</p>}
      </div>
      {children && <div className="actions">{children}</div>}
    </div>
  );
}

interface PanelProps {
  title?: string;
  aside?: ReactNode;
  /** The content reaches the edges (a table). */
  flush?: boolean;
  children: ReactNode;
}

export function Panel({ title, aside, flush = false, children }: PanelProps) {
  return (
    <section className={`panel ${flush ? 'flush' : ''}`}>
      {(title || aside) && (
        <header>
          {title && <h2>{title}</h2>}
          {aside}
        </header>
      )}
      {children}
    </section>
  );
}

/** Pairs of a name and a value. */
export function Facts({ items }: { items: readonly (readonly [name: string, value: ReactNode])[] }) {
  return (
    <dl className="facts">
      {items.map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
