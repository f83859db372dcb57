import { type T, useT } from '../../shared/i18n';
import { regionName, stateName } from '../names';
import type { Warning } from '../session/warnings';

/** Asks to look again; never stands in the way. */
export function Warnings({ warnings }: { warnings: readonly Warning[] }) {
  const t = useT();
  if (warnings.length === 0) return null;
  return (
    <ul className="reader-warnings">
      {warnings.map((warning) => (
        <li key={`${warning.kind} ${'state' in warning ? warning.state : ''}`} title={sentence(t, warning)}>
          {sentence(t, warning)}
        </li>
      ))}
    </ul>
  );
}

function sentence(t: T, warning: Warning): string {
  switch (warning.kind) {
    case 'restAboveStress':
      return t('reader.warning.restAboveStress', { segments: warning.segments.join(', ') });
    case 'lonelyAbsent':
      return t('reader.warning.lonelyAbsent', {
        state: stateName(t, warning.state),
        segments: warning.segments.join(', '),
      });
    case 'lonelyApex':
      return t('reader.warning.lonelyApex', { state: stateName(t, warning.state) });
    case 'fixedInferior':
      return t('reader.warning.fixedInferior', { segments: warning.segments.join(', ') });
    case 'asymmetryAgainstScores': {
      const regions = warning.regions.map((region) => regionName(t, region)).join(', ');
      return t('reader.warning.asymmetryAgainstScores', { regions });
    }
    case 'normalScoresAbnormalRead':
      return t('reader.warning.normalScoresAbnormalRead');
    case 'abnormalScoresNormalRead':
      return t('reader.warning.abnormalScoresNormalRead');
    case 'abnormalRegionsNormalRead':
      return t('reader.warning.abnormalRegionsNormalRead');
  }
}
