import { formatNumber } from '../../shared/format';
import { SegmentName } from '../../shared/heart/SegmentName';
import { useLanguage, useT } from '../../shared/i18n';

interface Props {
  /** 17 values in % of the maximum. */
  segments: readonly number[];
  /** 17 standard deviations in points of the same scale. */
  uncertainty: readonly number[] | null;
}

/** The numbers of the polar map. */
export function SegmentTable({ segments, uncertainty }: Props) {
  const t = useT();
  const lang = useLanguage();
  return (
    <table className="table compact segment-table">
      <caption className="visually-hidden">{t('view.segments')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('view.segment')}</th>
          <th scope="col" className="num">
            {t('view.uptake')}
          </th>
          {uncertainty && (
            <th scope="col" className="num">
              {t('uncertainty.points')}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {segments.map((value, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the index is the segment
          <tr key={index}>
            <th scope="row">
              <SegmentName segment={index + 1} />
            </th>
            <td className="num">{formatNumber(lang, value, 1)}</td>
            {uncertainty && <td className="num">{formatNumber(lang, uncertainty[index], 1)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
