import type { CaseImageDetail } from '../shared/api/types';
import { formatNumber, shortDigest } from '../shared/format';
import { useLanguage, useT } from '../shared/i18n';
import { AiBadge, Facts, Panel } from '../shared/ui';

/** That an image was computed, by a model or a method, and what that doubted. `sees`: whether pictures are given to this role. */
export function Maker({ image, sees }: { image: CaseImageDetail; sees: boolean }) {
  const t = useT();
  const lang = useLanguage();
  const { model } = image;
  const corrected = image.source === 'correction';
  return (
    <Panel title={t(corrected ? 'made.here' : 'ai.title')} aside={!corrected && <AiBadge />}>
      <div className="stack">
        <p>{t(corrected ? 'made.corrected' : 'ai.notice')}</p>
        {model && (
          <Facts
            items={[
              [t(corrected ? 'made.method' : 'ai.model'), model.name],
              [t('ai.version'), model.version],
              [
                t('ai.digest'),
                <code key="digest" title={model.digest}>
                  {shortDigest(model.digest)}…
                </code>,
              ],
              ...(model.members === null
                ? []
                : [[t('made.members'), formatNumber(lang, model.members)] as const]),
            ]}
          />
        )}
        {model && model.flags.length > 0 && (
          <div>
            {t('made.doubts')}
            <ul className="doubts">
              {model.flags.map((flag) => (
                <li key={flag}>{flag}</li>
              ))}
            </ul>
          </div>
        )}
        {sees && (
          <div className="actions">
            <a className="button" href={`/api/images/${image.id}/dicom`} download>
              {t('ai.download')}
            </a>
            {image.uncertainty && (
              <a className="button" href={`/api/images/${image.id}/uncertainty/dicom`} download>
                {t('made.uncertainty')}
              </a>
            )}
          </div>
        )}
      </div>
    </Panel>
  );
}
