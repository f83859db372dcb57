import { type Language, type T, useLanguage, useT } from '../../shared/i18n';
import type { SaveState as State } from '../ledger/queue';

interface SaveStateProps {
  save: State;
  durable: boolean;
  onRetry: () => void;
}

const SIGNS: Record<State['kind'], string> = {
  saved: '✓',
  saving: '…',
  offline: '⚠',
  failed: '⚠',
  conflict: '⚠',
  signed: '✓',
};

/** Always visible: whether what was done is at the server. */
export function SaveState({ save, durable, onRetry }: SaveStateProps) {
  const t = useT();
  const language = useLanguage();
  const text = sentence(t, language, save, durable);
  return (
    <output
      className={`reader-save ${save.kind}`}
      data-testid="save-state"
      data-state={save.kind}
      aria-live="polite"
    >
      <span title={text}>
        {SIGNS[save.kind]} {text}
      </span>
      {(save.kind === 'failed' || save.kind === 'offline') && (
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
      return t('reader.save.failed', { why: save.message });
    case 'conflict':
      return t('reader.save.conflict');
    case 'signed':
      return t('reader.save.signed');
  }
}

function clock(language: Language, at: Date): string {
  return new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    at,
  );
}
