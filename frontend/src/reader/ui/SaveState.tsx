import { type Language, type T, useLanguage, useT } from '../../shared/i18n';
import type { SaveState as State } from '../ledger/sending';

interface SaveStateProps {
  save: State;
  durable: boolean;
  /** False where another tab writes the read: nothing of this one is to be saved. */
  writable: boolean;
  onRetry: () => void;
}

const SIGNS: Record<State['kind'], string> = {
  saved: '✓',
  saving: '…',
  offline: '⚠',
  failed: '⚠',
  conflict: '⚠',
  signed: '✓',
  signedOut: '⚠',
};

/** Always visible: whether what was done is at the server. */
export function SaveState({ save, durable, writable, onRetry }: SaveStateProps) {
  const t = useT();
  const language = useLanguage();
  const looking = !writable && save.kind === 'saving';
  const text = looking ? t('reader.save.looking') : sentence(t, language, save, durable);
  return (
    <output
      className={`reader-save ${save.kind}`}
      data-testid="save-state"
      data-state={save.kind}
      aria-live="polite"
    >
      <span title={text}>
        {!looking && SIGNS[save.kind]} {text}
      </span>
      {save.kind === 'offline' && (
        <button type="button" onMouseDown={(event) => event.preventDefault()} onClick={onRetry}>
          {t('reader.save.retry')}
        </button>
      )}
    </output>
  );
}

function sentence(t: T, language: Language, save: State, durable: boolean): string {
  switch (save.kind) {
    case 'saved':
      return save.at ? t('reader.save.savedAt', { time: clock(language, save.at) }) : t('reader.save.saved');
    case 'saving':
      return t('reader.save.saving');
    case 'offline':
      return durable
        ? t('reader.save.offline', { count: save.waiting })
        : t('reader.save.offlineUnkept', { count: save.waiting });
    case 'failed':
      return t('reader.save.refused');
    case 'conflict':
      return t(`reader.save.conflict.${save.why}`);
    case 'signed':
      return t('reader.save.signed');
    case 'signedOut':
      return t('reader.save.signedOut', { count: save.waiting });
  }
}

function clock(language: Language, at: Date): string {
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    at,
  );
}
