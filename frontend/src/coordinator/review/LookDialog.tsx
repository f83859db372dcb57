import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useRef, useState } from 'react';
import { useT } from '../../shared/i18n';
import { Banner, Button, Loading } from '../../shared/ui';
import { LookAtPixels } from '../deidentify/LookAtPixels';
import type { Looked } from '../deidentify/types';
import { framesOf, looked } from '../upload';
import type { ImageRow } from './grouping';

interface Props {
  studyId: string;
  row: ImageRow;
  onClose: () => void;
}

/** The files of an image that may show text, one after the other, for a person to decide. */
export function LookDialog({ studyId, row, onClose }: Props) {
  const t = useT();
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // The list of when it was opened: deciding about one file must not renumber the others.
  const [files] = useState(row.toLook);
  const [at, setAt] = useState(0);
  const [same, setSame] = useState(false);
  const n = files[at];
  const rest = files.slice(at + 1);
  const frames = useQuery({
    queryKey: ['frames', studyId, row.key, n],
    queryFn: () => framesOf(studyId, n ?? -1),
    enabled: n !== undefined,
    retry: false,
    gcTime: 0,
  });

  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);

  const decide = (decision: Looked) => {
    if (n === undefined) return;
    looked(studyId, same ? [n, ...rest] : [n], decision);
    if (same || rest.length === 0) onClose();
    else setAt(at + 1);
  };

  return (
    <dialog
      ref={dialog}
      className="dialog look-dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className="look-head">
        <h2 id={id}>{t('look.title', { number: at + 1, count: files.length })}</h2>
        <Button onClick={onClose}>{t('look.close')}</Button>
      </header>
      {frames.isPending && <Loading />}
      {frames.isError && <Banner tone="bad">{t('look.failed')}</Banner>}
      {frames.data && <LookAtPixels key={n} frames={frames.data} onDecide={decide} />}
      {frames.data && rest.length > 0 && (
        <label className="inline">
          <input type="checkbox" checked={same} onChange={({ target }) => setSame(target.checked)} />
          {t('look.all', { count: rest.length })}
        </label>
      )}
    </dialog>
  );
}
