import { useT } from '../../shared/i18n';
import { MARKS, marksOf } from './estimates';
import type { Estimate } from './result';

/** What the marks in a table mean; nothing where there are none. */
export function MarkLegend({ of }: { of: readonly (Estimate | undefined)[] }) {
  const t = useT();
  const marks = marksOf(of);
  if (marks.length === 0) return null;
  return (
    <p className="marks dim">
      {marks.map((mark) => (
        <span key={mark}>
          {MARKS[mark]} {t(`report.mark.${mark}`)}
        </span>
      ))}
    </p>
  );
}
