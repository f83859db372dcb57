import { useId, useMemo, useState } from 'react';
import { useT } from '../../shared/i18n';
import type { Form } from '../api';
import type { Draft } from '../ledger/events';
import type { SumsDisplay } from '../session/checks';
import { warnings } from '../session/warnings';
import { Warnings } from './Warnings';

/** From this height on there is room below the table; in lower windows the sentences wait behind their number. */
const ROOMY = '(min-height: 900px)';

interface RemarksProps {
  form: Form;
  draft: Draft;
  display: SumsDisplay;
}

/** What to look at again, beside the scores. */
export function Remarks({ form, draft, display }: RemarksProps) {
  const t = useT();
  const found = useMemo(() => warnings(form, draft, display), [form, draft, display]);
  const id = useId();
  const [open, setOpen] = useState(() => matchMedia(ROOMY).matches);
  if (found.length === 0) return null;
  return (
    <section className="reader-remarks">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={id}
        onMouseDown={(event) => event.preventDefault()}
        onClick={() => setOpen(!open)}
      >
        {open ? '▾' : '▸'} {t('reader.warning.count', { count: found.length })}
      </button>
      <div id={id}>{open && <Warnings warnings={found} />}</div>
    </section>
  );
}
