import { useState } from 'react';
import { Link } from 'wouter';
import { useT } from '../../shared/i18n';
import { Button } from '../../shared/ui';
import type { Reading } from '../session/reading';
import { DisplayCheck } from './DisplayCheck';
import { Sheet } from './Sheet';

interface BeforeReadingProps {
  reading: Reading;
  /** Nothing stands before the read any more. */
  onDone: () => void;
}

/**
 * What a reader is asked before a read begins: to take a break, then to look at the screen. Never in the middle of a read, where a
 * question that comes up would take the keys of scores.
 */
export function BeforeReading({ reading, onDone }: BeforeReadingProps) {
  const { break_due, display_check_due } = reading.read;
  const [rested, setRested] = useState(!break_due);
  if (rested) return <DisplayCheck onDone={onDone} />;
  return (
    <BreakSheet
      onConfirmed={() => {
        reading.note('break', 'confirmed');
        if (display_check_due) setRested(true);
        else onDone();
      }}
    />
  );
}

function BreakSheet({ onConfirmed }: { onConfirmed: () => void }) {
  const t = useT();
  return (
    <Sheet title={t('reader.break.title')} onClose={onConfirmed} testId="break">
      <p>{t('reader.break.text')}</p>
      <p className="dim">{t('reader.break.only')}</p>
      <div className="actions end">
        <Link className="button" href="/reading">
          {t('reader.worklist.title')}
        </Link>
        <Button look="primary" data-first onClick={onConfirmed}>
          {t('reader.break.on')}
        </Button>
      </div>
    </Sheet>
  );
}
