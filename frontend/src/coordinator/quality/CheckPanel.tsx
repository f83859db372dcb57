import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { tell } from '../../shared/api/client';
import type { CaseImageDetail, Findings, Seen } from '../../shared/api/types';
import { useT } from '../../shared/i18n';
import { Badge, Button, Failure, Field, Panel } from '../../shared/ui';
import { STANDING_TONE, standing } from '../images';
import { Doubts } from '../qc/Doubts';
import { AskDialog } from './AskDialog';
import { DecisionDialog } from './DecisionDialog';
import { useKeys } from './keys';
import { useRefresh } from './siteQueries';

export const ARTEFACTS = [
  'motion',
  'extracardiac',
  'attenuation',
  'truncation',
  'counts',
  'registration',
  'reconstruction',
  'other',
] as const satisfies readonly Findings['artefacts'][number][];

interface Props {
  caseId: string;
  image: CaseImageDetail;
  /** A query about the image is not closed. */
  queried: boolean;
  onDone: () => void;
}

type Asking = 'accepted' | 'rejected' | 'query';

/** What is seen in an image, ticked by keys or mouse, and what becomes of it: accepted, asked about, rejected. */
export function CheckPanel({ caseId, image, queried, onDone }: Props) {
  const t = useT();
  const refresh = useRefresh();
  const [seen, setSeen] = useState<Seen>(() => ({
    confirmed: image.findings?.confirmed ?? [],
    artefacts: image.findings?.artefacts ?? [],
    note: image.findings?.note ?? '',
  }));
  const [asking, setAsking] = useState<Asking | null>(null);
  const deciding = useMutation({
    mutationFn: ({ decision, reason }: { decision: 'accepted' | 'rejected'; reason: string }) =>
      tell('/api/images/{image_id}/qc', { image_id: image.id }, { decision, reason, seen }),
    onSuccess: async () => {
      setAsking(null);
      await refresh();
      onDone();
    },
  });
  const open = image.to_confirm.filter((part) => !seen.confirmed.includes(part));
  const lacks = [
    ...open.map((part) => t(`check.part.${part}`)),
    ...(image.geometry === 'unconfirmed' ? [t('check.geometry')] : []),
    ...(queried ? [t('check.queried')] : []),
    ...(seen.artefacts.includes('other') && !seen.note.trim() ? [t('check.note')] : []),
  ];
  const toggleConfirmed = (part: Seen['confirmed'][number]) =>
    setSeen((was) => ({ ...was, confirmed: toggled(was.confirmed, part) }));
  const toggleArtefact = (artefact: Seen['artefacts'][number]) =>
    setSeen((was) => ({ ...was, artefacts: toggled(was.artefacts, artefact) }));
  const accept = () => {
    // What was rejected is accepted with a reason.
    if (image.qc === 'rejected') setAsking('accepted');
    else deciding.mutate({ decision: 'accepted', reason: '' });
  };
  const free = !deciding.isPending && asking === null;
  const mayAccept = lacks.length === 0 && !(image.qc === 'accepted' && image.confirmed);
  useKeys({
    ...Object.fromEntries(image.to_confirm.map((part, n) => [`${n + 1}`, () => toggleConfirmed(part)])),
    ...Object.fromEntries(ARTEFACTS.map((name, n) => [`Shift+${n + 1}`, () => toggleArtefact(name)])),
    A: free && mayAccept ? accept : null,
    Q: free && !queried && image.qc !== 'accepted' ? () => setAsking('query') : null,
    R: free && image.qc !== 'rejected' ? () => setAsking('rejected') : null,
  });
  const where = standing(image);
  return (
    <Panel title={t('qc.title')} aside={<Badge tone={STANDING_TONE[where]}>{t(`standing.${where}`)}</Badge>}>
      <div className="stack">
        <Doubts image={image} />
        <fieldset className="ticks">
          <legend>{t('check.confirm')}</legend>
          {image.to_confirm.map((part, n) => (
            <label key={part}>
              <input
                type="checkbox"
                checked={seen.confirmed.includes(part)}
                aria-keyshortcuts={`${n + 1}`}
                onChange={() => toggleConfirmed(part)}
              />
              <span>
                {part === 'state'
                  ? t('check.isState', { state: t(`state.${image.state}`) })
                  : t(`check.is.${part}`)}
              </span>
              <kbd>{n + 1}</kbd>
            </label>
          ))}
        </fieldset>
        <fieldset className="ticks two">
          <legend>{t('check.artefacts')}</legend>
          {ARTEFACTS.map((name, n) => (
            <label key={name}>
              <input
                type="checkbox"
                checked={seen.artefacts.includes(name)}
                aria-keyshortcuts={`Shift+${n + 1}`}
                onChange={() => toggleArtefact(name)}
              />
              <span>{t(`check.artefact.${name}`)}</span>
              <kbd>⇧{n + 1}</kbd>
            </label>
          ))}
        </fieldset>
        <Field label={t('check.noteLabel')}>
          <textarea
            className="short"
            placeholder={t('check.noNames')}
            value={seen.note}
            maxLength={500}
            onChange={(event) => setSeen((was) => ({ ...was, note: event.target.value }))}
          />
        </Field>
        {deciding.isError && asking === null && <Failure error={deciding.error} />}
        <p className="dim" role="status">
          {lacks.length > 0 ? t('check.lacks', { what: lacks.join(t('list.separator')) }) : t('check.whole')}
        </p>
        <div className="actions">
          <Button
            look="primary"
            aria-keyshortcuts="A"
            disabled={!mayAccept}
            busy={deciding.isPending && asking === null}
            onClick={accept}
          >
            {t('qc.accept')} <kbd>A</kbd>
          </Button>
          <Button
            aria-keyshortcuts="Q"
            disabled={queried || image.qc === 'accepted'}
            onClick={() => setAsking('query')}
          >
            {t('check.query')} <kbd>Q</kbd>
          </Button>
          <Button
            look="danger"
            aria-keyshortcuts="R"
            disabled={image.qc === 'rejected'}
            onClick={() => setAsking('rejected')}
          >
            {t('qc.reject')} <kbd>R</kbd>
          </Button>
        </div>
      </div>
      {asking === 'query' && (
        <AskDialog
          caseId={caseId}
          imageId={image.id}
          seen={seen}
          onAsked={async () => {
            setAsking(null);
            await refresh();
            onDone();
          }}
          onClose={() => setAsking(null)}
        />
      )}
      {(asking === 'accepted' || asking === 'rejected') && (
        <DecisionDialog
          decision={asking}
          busy={deciding.isPending}
          error={deciding.error}
          onDecided={(reason) => deciding.mutate({ decision: asking, reason })}
          onClose={() => {
            deciding.reset();
            setAsking(null);
          }}
        />
      )}
    </Panel>
  );
}

function toggled<V>(all: readonly V[], one: V): V[] {
  return all.includes(one) ? all.filter((other) => other !== one) : [...all, one];
}
