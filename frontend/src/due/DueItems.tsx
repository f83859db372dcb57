import { Link } from 'wouter';
import type { Due } from '../shared/api/types';
import { useT } from '../shared/i18n';
import './due.css';

/** One line for each kind of work, with the way to it. */
export function DueItems({ items, named = false }: { items: readonly Due[]; named?: boolean }) {
  const t = useT();
  return (
    <ul className="due-items">
      {items.map(({ study, kind, count, link }) => (
        <li key={`${study.id} ${kind}`}>
          <span>
            {t(`due.${kind}`, { count })}
            {named && <span className="dim due-study">{study.title}</span>}
          </span>
          <Link className="button" href={link}>
            {t(`due.${kind}.do`)}
          </Link>
        </li>
      ))}
    </ul>
  );
}
