import { useEffect, useRef, useState } from 'react';
import { useT } from '../../shared/i18n';
import { STATES } from '../heart/segments';
import type { Draft } from '../ledger/events';
import { markName, segmentName, stateName } from '../names';
import type { Focus } from '../session/reading';

/** Says what was scored and where the focus went, for those who do not see it. */
export function Announcer({ focus, draft }: { focus: Focus; draft: Draft }) {
  const t = useT();
  const [text, setText] = useState('');
  const before = useRef(draft);
  useEffect(() => {
    const name = (state: Focus['state'], segment: number) =>
      `${stateName(t, state)} ${segmentName(t, segment)}: ${markName(t, draft.scores[state][segment - 1])}`;
    const changed = STATES.flatMap((state) =>
      draft.scores[state].flatMap((mark, index) =>
        mark === before.current.scores[state][index] ? [] : [name(state, index + 1)],
      ),
    );
    before.current = draft;
    const said = changed.length > 3 ? [t('reader.announce.many', { count: changed.length })] : changed;
    setText([...said, name(focus.state, focus.segment)].join('. '));
  }, [draft, focus, t]);
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      {text}
    </div>
  );
}
