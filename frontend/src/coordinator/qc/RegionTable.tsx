import { pairs } from '../../reader/heart/regions';
import { regionName } from '../../reader/names';
import { formatNumber } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';

/** In the order of the server's values. */
const REGIONS = ['frontal', 'parietal', 'temporal', 'occipital', 'striatum', 'cerebellum'].flatMap((name) => [
  `${name}_left`,
  `${name}_right`,
]);

interface Props {
  /** Mean of each region in % of the maximum. */
  segments: readonly number[];
  /** Standard deviations in points of the same scale. */
  uncertainty: readonly number[] | null;
}

/** The numbers of a brain: left beside right. */
export function RegionTable({ segments, uncertainty }: Props) {
  const t = useT();
  const lang = useLanguage();
  const written = (site: number) => {
    const value = formatNumber(lang, segments[site - 1], 1);
    return uncertainty ? `${value} ± ${formatNumber(lang, uncertainty[site - 1], 1)}` : value;
  };
  return (
    <table className="table compact segment-table">
      <caption className="visually-hidden">{t('view.regions')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('view.region')}</th>
          {(['right', 'left', 'asymmetry'] as const).map((column) => (
            <th key={column} scope="col" className="num">
              {t(`view.${column}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {pairs(REGIONS).map(({ name, left, right }) => (
          <tr key={name}>
            <th scope="row">{regionName(t, name)}</th>
            <td className="num">{written(right)}</td>
            <td className="num">{written(left)}</td>
            <td className="num">
              {formatNumber(lang, asymmetry(segments[left - 1] ?? 0, segments[right - 1] ?? 0), 1)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** In per cent of the mean of both; 0 where neither has a value. */
export function asymmetry(left: number, right: number): number {
  return left + right > 0 ? (200 * (left - right)) / (left + right) : 0;
}
