import { useEffect } from 'react';
import { useT } from '../../shared/i18n';
import type { Shown } from './scales';

const KEY = 'u';
const TYPING = 'input:not([type="checkbox"]), textarea, select, [contenteditable="true"]';

interface Props {
  shown: Shown;
  onShow: (shown: Shown) => void;
}

/** Shows the uncertainty in the place of the image, and back: by mouse, or by a key to compare by flipping. */
export function UncertaintySwitch({ shown, onShow }: Props) {
  const t = useT();
  const other = shown === 'image' ? 'uncertainty' : 'image';
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== KEY || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.repeat || (event.target instanceof Element && event.target.closest(TYPING))) return;
      onShow(other);
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [onShow, other]);
  return (
    <label className="inline">
      <input
        type="checkbox"
        checked={shown === 'uncertainty'}
        aria-keyshortcuts={KEY}
        onChange={() => onShow(other)}
      />
      {t('uncertainty.show')} <kbd>{KEY.toUpperCase()}</kbd>
    </label>
  );
}
