import { useEffect, useRef, useState } from 'react';
import { useT } from '../../shared/i18n';
import type { Form } from '../api';
import { type Draft, markOf, marksOf } from '../ledger/events';
import { markName, siteName, stateName } from '../names';
import type { Focus } from '../session/reading';

interface AnnouncerProps {
  form: Form;
  focus: Focus;
  draft: Draft;
}

/** Says what was scored and where the focus went, for those who do not see it. */
export function Announcer({ form, focus, draft }: AnnouncerProps) {
  const t = useT();
  const [text, setText] = useState('');
  const before = useRef(draft);
  useEffect(() => {
    const name = (state: Focus['state'], segment: number) =>
      `${stateName(t, state)} ${siteName(t, form, segment)}: ${markName(t, markOf(draft, state, segment))}`;
    const changed = form.states.flatMap((state) =>
      marksOf(draft, state).flatMap((mark, index) =>
        mark === markOf(before.current, state, index + 1) ? [] : [name(state, index + 1)],
      ),
    );
    before.current = draft;
    const said = changed.length > 3 ? [t('reader.announce.many', { count: changed.length })] : changed;
    setText([...said, name(focus.state, focus.segment)].join('. '));
  }, [form, draft, focus, t]);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}
