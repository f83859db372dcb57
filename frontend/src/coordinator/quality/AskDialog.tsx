import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { tell } from '../../shared/api/client';
import type { Seen, SiteQuery } from '../../shared/api/types';
import { useT } from '../../shared/i18n';
import { Dialog, Failure, Field } from '../../shared/ui';
import { sendsByKey } from './SayForm';

type Category = SiteQuery['category'];

export const CATEGORIES = [
  'state',
  'orientation',
  'contour',
  'artefact',
  'truncation',
  'processing',
  'missing',
  'subject',
  'other',
] as const satisfies readonly Category[];
const DAYS = 14;

interface Props {
  caseId: string;
  /** null: the case as a whole. */
  imageId: string | null;
  seen?: Seen;
  onAsked: () => void;
  onClose: () => void;
}

/** A question to the site: what it is about, until when it is to be answered, and the question. */
export function AskDialog({ caseId, imageId, seen, onAsked, onClose }: Props) {
  const t = useT();
  const [category, setCategory] = useState<Category | ''>('');
  const [text, setText] = useState('');
  const [due, setDue] = useState(() => inDays(DAYS));
  const asking = useMutation({
    mutationFn: (about: Category) =>
      tell(
        '/api/cases/{case_id}/site-queries',
        { case_id: caseId },
        { image_id: imageId, category: about, text: text.trim(), due_on: due || null, seen },
      ),
    onSuccess: onAsked,
  });
  return (
    <Dialog
      title={t(imageId ? 'ask.title' : 'ask.titleCase')}
      confirm={t('ask.send')}
      busy={asking.isPending}
      blocked={!category || !text.trim()}
      onConfirm={() => category && asking.mutate(category)}
      onClose={onClose}
    >
      <p>{t(imageId ? 'ask.text' : 'ask.textCase')}</p>
      {asking.isError && <Failure error={asking.error} />}
      <Field label={t('ask.category')}>
        <select value={category} required onChange={(event) => setCategory(event.target.value as Category)}>
          <option value="" disabled>
            {t('ask.choose')}
          </option>
          {CATEGORIES.map((name) => (
            <option key={name} value={name}>
              {t(`query.category.${name}`)}
            </option>
          ))}
        </select>
      </Field>
      <Field label={t('ask.question')} hint={t('query.noNames')}>
        <textarea
          value={text}
          required
          maxLength={1000}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={sendsByKey}
        />
      </Field>
      <Field label={t('ask.due')}>
        <input
          type="date"
          value={due}
          min={inDays(0)}
          max={inDays(365)}
          required
          onChange={(event) => setDue(event.target.value)}
        />
      </Field>
    </Dialog>
  );
}

/** A day from today on, in UTC as the server counts them. */
function inDays(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
}
