import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { tell } from '../../shared/api/client';
import type { WaitingFile } from '../../shared/api/types';
import { formatBytes, formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Button, Dialog, Failure, Field, Loading, Panel } from '../../shared/ui';
import { LookAtPixels } from '../deidentify/LookAtPixels';
import type { Looked } from '../deidentify/types';
import { AnswerForm } from './AnswerForm';
import { framesOf } from './frames';
import { type Decision, type Group, isOneDecision, isWhole } from './groups';
import { HeaderTable } from './HeaderTable';
import { Known } from './Known';
import type { Outcome } from './Outcomes';

interface Props {
  group: Group;
  /** Files were decided on: what became of them. */
  onDone: (outcomes: Outcome[]) => Promise<void>;
}

/** Files that wait for the same reason: look at one after the other, decide on one or on all. */
export function OneGroup({ group, onDone }: Props) {
  const t = useT();
  const lang = useLanguage();
  const [at, setAt] = useState(0);
  const [open, setOpen] = useState<{ id: string; header: boolean; picture: boolean } | null>(null);
  const [decision, setDecision] = useState<Decision>({});
  const [all, setAll] = useState(isOneDecision(group));
  const [done, setDone] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [discarding, setDiscarding] = useState<string | null>(null);

  const count = group.files.length;
  const file = group.files[Math.min(at, count - 1)] as WaitingFile;
  const pixels = group.helps.includes('pixels');
  const opened = open?.id === file.id ? open : { id: file.id, header: false, picture: false };
  const chosen = all && count > 1 && !pixels ? group.files : [file];
  const busy = done !== null;

  /** One file after the other; what went well is said even when a later one fails. */
  const decide = async (files: readonly WaitingFile[], act: (one: WaitingFile) => Promise<Outcome>) => {
    const outcomes: Outcome[] = [];
    setError(null);
    try {
      for (const one of files) {
        setDone(outcomes.length);
        outcomes.push(await act(one));
      }
      setDecision({});
    } catch (problem) {
      setError(problem);
    } finally {
      if (outcomes.length > 0) await onDone(outcomes);
      setDone(null);
      setDiscarding(null);
    }
  };
  const answer = (files: readonly WaitingFile[], said: Parameters<typeof answerOne>[1]) =>
    decide(files, (one) => answerOne(one, said));
  const looked = (found: Looked) => {
    if (found.decision === 'leave_out') setDiscarding('');
    else if (found.decision === 'clean') void answer([file], { pixels: 'seen' });
    else void answer([file], { pixels: 'blanked', blank: [...found.blank] });
  };

  return (
    <Panel title={group.message} aside={<span className="dim">{t('quarantine.files', { count })}</span>}>
      <div className="stack">
        <Known file={file} />
        <div className="actions">
          {count > 1 && (
            <Button onClick={() => setAt(at - 1)} disabled={at === 0 || busy}>
              {t('quarantine.before')}
            </Button>
          )}
          {count > 1 && <span role="status">{t('quarantine.file', { number: at + 1, count })}</span>}
          {count > 1 && (
            <Button onClick={() => setAt(at + 1)} disabled={at >= count - 1 || busy}>
              {t('quarantine.next')}
            </Button>
          )}
          <span className="dim">
            {t('quarantine.fileInUpload', { n: file.n + 1, size: formatBytes(lang, file.size) })}
            {' · '}
            {t('quarantine.until', { time: formatTime(lang, file.expires_at) })}
          </span>
        </div>

        <section className="stack" aria-label={t('quarantine.look')}>
          <div className="actions">
            {!opened.header && (
              <Button onClick={() => setOpen({ ...opened, header: true })}>
                {t('quarantine.showHeader')}
              </Button>
            )}
            {!opened.picture && (
              <Button
                look={pixels ? 'primary' : undefined}
                onClick={() => setOpen({ ...opened, picture: true })}
              >
                {t('quarantine.showPicture')}
              </Button>
            )}
            {!(opened.header && opened.picture) && <span className="dim">{t('quarantine.lookHint')}</span>}
          </div>
          {opened.picture && (
            <Picture key={file.id} id={file.id} busy={busy} onDecide={pixels ? looked : undefined} />
          )}
          {opened.header && <HeaderTable key={file.id} id={file.id} />}
        </section>

        <section className="stack" aria-label={t('quarantine.answer')}>
          <h3>{t('quarantine.answer')}</h3>
          {error !== null && <Failure error={error} />}
          {group.instead && <p>{group.instead}</p>}
          {pixels && <p>{t('quarantine.pixelsHint')}</p>}
          <AnswerForm helps={group.helps} decision={decision} onChange={setDecision} />
          {count > 1 && !pixels && (
            <label className="inline">
              <input type="checkbox" checked={all} onChange={({ target }) => setAll(target.checked)} />
              {t('quarantine.all', { count })}
            </label>
          )}
          <div className="actions">
            {group.helps.length > 0 && !pixels && (
              <Button
                look="primary"
                disabled={busy || !isWhole(group.helps, decision)}
                onClick={() => void answer(chosen, decision)}
              >
                {t('quarantine.giveAll', { count: chosen.length })}
              </Button>
            )}
            <Button look="danger" disabled={busy} onClick={() => setDiscarding('')}>
              {t('quarantine.discard')}
            </Button>
            {done !== null && (
              <span role="status">{t('quarantine.working', { done: done + 1, total: chosen.length })}</span>
            )}
          </div>
        </section>
      </div>
      {discarding !== null && (
        <Dialog
          title={t('quarantine.discardTitle', { count: chosen.length })}
          confirm={t('quarantine.discardConfirm')}
          danger
          busy={busy}
          onClose={() => setDiscarding(null)}
          onConfirm={() => void decide(chosen, (one) => discardOne(one, discarding))}
        >
          <p>{t('quarantine.discardText')}</p>
          <Field label={t('quarantine.discardReason')}>
            <input
              maxLength={500}
              value={discarding}
              onChange={({ target }) => setDiscarding(target.value)}
            />
          </Field>
        </Dialog>
      )}
    </Panel>
  );
}

interface PictureProps {
  id: string;
  busy: boolean;
  /** Absent: the file waits for something else, and is only looked at. */
  onDecide?: (looked: Looked) => void;
}

function Picture({ id, busy, onDecide }: PictureProps) {
  const t = useT();
  const picture = useQuery({
    queryKey: ['quarantine picture', id],
    queryFn: () => framesOf(id),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (picture.error) return <Failure error={picture.error} retry={() => void picture.refetch()} />;
  if (!picture.data) return <Loading />;
  return (
    <LookAtPixels
      frames={picture.data}
      busy={busy}
      onDecide={onDecide}
      lead={onDecide && t('quarantine.pictureLead')}
      leaveOut={t('quarantine.discard')}
    />
  );
}

interface Said extends Decision {
  pixels?: 'seen' | 'blanked';
  blank?: { frame: number | null; left: number; top: number; right: number; bottom: number }[];
}

async function answerOne(file: WaitingFile, said: Said): Promise<Outcome> {
  const answered = await tell(
    '/api/quarantine/{kept_id}/answer',
    { kept_id: file.id },
    { replace: '', ...said },
  );
  return { what: answered.taken ? 'taken' : 'kept', message: answered.message, case: answered.case };
}

async function discardOne(file: WaitingFile, reason: string): Promise<Outcome> {
  await tell('/api/quarantine/{kept_id}/discard', { kept_id: file.id }, { reason });
  return { what: 'discarded', message: '', case: null };
}
