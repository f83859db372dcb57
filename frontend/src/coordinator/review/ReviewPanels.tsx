import { useEffect, useState } from 'react';
import { formatBytes } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Banner, Button, Dialog } from '../../shared/ui';
import { forget, redo, send, undo } from '../upload';
import type { Review } from './batch';
import { CasesPanel } from './CasesPanel';
import { KeptPanel } from './KeptPanel';
import { TreatmentPanel } from './TreatmentPanel';
import './review.css';

interface Props {
  studyId: string;
  review: Review;
}

/** Everything about a folder before the first byte leaves. */
export function ReviewPanels({ studyId, review }: Props) {
  const t = useT();
  /** Somebody looks over the shoulder: no name, date, example or path is shown. */
  const [masked, setMasked] = useState(false);
  useUndoKeys(studyId);
  return (
    <div className="stack review">
      {review.sending.length === 0 && review.waiting === 0 && (
        <Banner tone="warn">
          <strong>{t('review.nothing')}</strong>
          <p>{t('review.nothingText')}</p>
        </Banner>
      )}
      {review.patients.length > 0 && (
        <CasesPanel studyId={studyId} patients={review.patients} masked={masked} onMask={setMasked} />
      )}
      {review.copies > 0 && <Banner>{t('review.copies', { count: review.copies })}</Banner>}
      {review.patients.length > 0 && <TreatmentPanel treated={review.treated} masked={masked} />}
      {review.kept.length > 0 && <KeptPanel kept={review.kept} masked={masked} />}
      <SendBar studyId={studyId} review={review} />
    </div>
  );
}

function SendBar({ studyId, review }: Props) {
  const t = useT();
  const lang = useLanguage();
  const [discarding, setDiscarding] = useState(false);
  const nothing = review.sending.length === 0 && review.waiting === 0;
  const images = review.patients.reduce((sum, patient) => sum + patient.images.length, 0);
  return (
    <section className="send-bar" aria-label={t('review.figures')}>
      <dl className="send-figures">
        <Figure name={t('review.patients')} value={review.patients.length} />
        <Figure name={t('review.images')} value={images} />
        <Figure
          name={t('review.sending')}
          value={review.sending.length}
          detail={formatBytes(lang, review.bytes)}
        />
        <Figure name={t('review.waiting')} value={review.waiting} warn={review.waiting > 0} />
        <Figure name={t('review.kept')} value={review.kept.length} />
      </dl>
      <p className="send-note" role="status">
        {review.busy > 0
          ? t('review.busy', { count: review.busy })
          : review.waiting > 0
            ? t('review.sendNote', { count: review.waiting })
            : ''}
      </p>
      <div className="actions">
        <Button disabled={!review.canUndo} onClick={() => undo(studyId)} aria-keyshortcuts="Control+Z">
          {t('review.undo')}
        </Button>
        <Button disabled={!review.canRedo} onClick={() => redo(studyId)} aria-keyshortcuts="Control+Shift+Z">
          {t('review.redo')}
        </Button>
        {nothing ? (
          <Button look="primary" disabled={review.busy > 0} onClick={() => forget(studyId)}>
            {t('review.another')}
          </Button>
        ) : (
          <>
            <Button onClick={() => setDiscarding(true)}>{t('review.discard')}</Button>
            <Button
              look="primary"
              disabled={review.sending.length === 0 || review.busy > 0}
              onClick={() => void send(studyId)}
            >
              {t('review.send', { count: review.sending.length })}
            </Button>
          </>
        )}
      </div>
      {discarding && (
        <Dialog
          title={t('review.discardTitle')}
          confirm={t('review.discardConfirm')}
          danger
          onConfirm={() => forget(studyId)}
          onClose={() => setDiscarding(false)}
        >
          <p>{t('review.discardText')}</p>
        </Dialog>
      )}
    </section>
  );
}

interface FigureProps {
  name: string;
  value: number;
  detail?: string;
  warn?: boolean;
}

function Figure({ name, value, detail, warn }: FigureProps) {
  const lang = useLanguage();
  return (
    <div className={warn ? 'warn' : ''}>
      <dt>{name}</dt>
      <dd>
        {new Intl.NumberFormat(lang).format(value)}
        {detail && <small> {detail}</small>}
      </dd>
    </div>
  );
}

/** Ctrl+Z and Ctrl+Shift+Z (on a Mac Cmd), except where text is typed or a dialog asks something else. */
function useUndoKeys(studyId: string): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== 'z') return;
      const on = event.target instanceof Element ? event.target : null;
      if (on?.closest('input:not([type=checkbox]), textarea, dialog')) return;
      event.preventDefault();
      if (event.shiftKey) redo(studyId);
      else undo(studyId);
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [studyId]);
}
