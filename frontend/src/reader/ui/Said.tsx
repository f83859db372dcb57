import { useCallback, useEffect, useRef, useState } from 'react';
import { useT } from '../../shared/i18n';
import type { Form } from '../api';
import { type Draft, markOf } from '../ledger/events';
import { markSign, placeName } from '../names';
import { scored, sites } from '../session/form';

const STAYS_MS = 6_000;

/** Something to be told once: a sentence, or that a case has no cine of this kind. */
export type News = { sentence: string } | { without: 'gated' | 'projections' };

/** A sentence that stands for a few seconds. */
function useSentence(): [string | null, (text: string) => void] {
  const [said, setSaid] = useState<{ text: string } | null>(null);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(null), STAYS_MS);
    return () => clearTimeout(timer);
  }, [said]);
  return [said?.text ?? null, useCallback((text: string) => setSaid({ text }), [])];
}

interface SaidProps {
  form: Form;
  draft: Draft;
  news: News | null;
}

/**
 * What is told for a moment over the hints: news, and every score that is changed after all were given, for a key may have been
 * meant for something else.
 */
export function Said({ form, draft, news }: SaidProps) {
  const t = useT();
  const [said, say] = useSentence();
  useEffect(() => {
    if (!news) return;
    if ('sentence' in news) say(news.sentence);
    else say(t(news.without === 'gated' ? 'reader.announce.noGated' : 'reader.announce.noProjections'));
  }, [news, t, say]);
  const before = useRef(draft);
  useEffect(() => {
    const last = before.current;
    before.current = draft;
    const { done, total } = scored(form, last);
    if (last.scores === draft.scores || done < total) return;
    const changed = form.states.flatMap((state) =>
      sites(form).flatMap((segment) => {
        const [from, to] = [markOf(last, state, segment), markOf(draft, state, segment)];
        if (from === to) return [];
        const place = placeName(t, form, state, segment);
        return [t('reader.announce.changed', { place, from: markSign(from), to: markSign(to) })];
      }),
    );
    const [first] = changed;
    if (first) say(changed.length > 1 ? t('reader.announce.many', { count: changed.length }) : first);
  }, [form, draft, t, say]);
  return said && <strong className="said">{said}</strong>;
}
