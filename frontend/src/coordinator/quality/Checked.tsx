import type { CaseImageDetail } from '../../shared/api/types';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { Facts } from '../../shared/ui';

/** What somebody saw in an image last, and who; nothing where nobody has written it down. */
export function Checked({ image }: { image: CaseImageDetail }) {
  const t = useT();
  const lang = useLanguage();
  const { findings } = image;
  if (!findings) return null;
  const listed = (words: readonly string[]) => words.join(t('list.separator')) || t('check.nothing');
  return (
    <Facts
      items={[
        [t('check.by'), t('check.byAt', { name: findings.by, time: formatTime(lang, findings.at) })],
        [t('check.confirmed'), listed(findings.confirmed.map((part) => t(`check.part.${part}`)))],
        [t('check.artefacts'), listed(findings.artefacts.map((name) => t(`check.artefact.${name}`)))],
        ...(findings.note ? ([[t('check.noted'), findings.note]] as const) : []),
      ]}
    />
  );
}
