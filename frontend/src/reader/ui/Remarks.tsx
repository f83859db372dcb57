import { Suspense, useId, useState } from 'react';
import { useT } from '../../shared/i18n';
import type { Warning } from '../session/checks';
import { Warnings } from './sheets';

/** From this height on there is room below the table; in lower windows the sentences wait behind their number. */
const ROOMY = '(min-height: 900px)';

/** What to look at again, beside the scores. */
export function Remarks({ warnings }: { warnings: readonly Warning[] }) {
  const t = useT();
  const id = useId();
  const [open, setOpen] = useState(() => matchMedia(ROOMY).matches);
  if (warnings.length === 0) return null;
  return (
    <section className="reader-remarks">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => setOpen(!open)}
      >
        {open ? '▾' : '▸'} {t('reader.warning.count', { count: warnings.length })}
      </button>
      <div id={id}>
        <Suspense fallback={null}>{open && <Warnings warnings={warnings} />}</Suspense>
      </div>
    </section>
  );
}
