import { colours, tableIndex } from '../../reader/picture/colours';
import { formatNumber } from '../../shared/format';
import { useLanguage } from '../../shared/i18n';
import type { Scale } from './scales';

const BLOCKS = 128;

/** What the colours mean: a bar with marks, and the quantity with its unit in words. */
export function ColourScale({ scale, label }: { scale: Scale; label: string }) {
  const lang = useLanguage();
  const last = scale.marks.length - 1;
  return (
    <div className="colour-scale">
      <span className="colour-scale-name">{label}</span>
      <div className="colour-scale-bar" style={{ background: gradient(scale) }} />
      <div className="colour-scale-marks">
        {scale.marks.map((mark, index) => (
          <span key={mark} style={{ left: `${(index / last) * 100}%` }}>
            {scale.open && index === last ? '≥ ' : ''}
            {formatNumber(lang, mark)}
          </span>
        ))}
      </div>
    </div>
  );
}

/** Blocks of one colour: a stepped table keeps its steps. */
function gradient({ table, window }: Scale): string {
  const entries = colours(table);
  const blocks = Array.from({ length: BLOCKS }, (_, block) => {
    const value = window.low + ((block + 0.5) / BLOCKS) * (window.high - window.low);
    const at = 4 * tableIndex(value, window.low, window.high);
    const colour = `rgb(${entries[at]} ${entries[at + 1]} ${entries[at + 2]})`;
    return `${colour} ${(block / BLOCKS) * 100}% ${((block + 1) / BLOCKS) * 100}%`;
  });
  return `linear-gradient(to right, ${blocks.join(', ')})`;
}
