import { useLanguage, useT } from '../shared/i18n';
import { Panel } from '../shared/ui';

/** For the ethics file: what was done to the case's files, as pages and as data. */
export function Certificate({ id, subject }: { id: string; subject: string }) {
  const t = useT();
  const lang = useLanguage();
  const where = `/api/cases/${id}/certificate`;
  const forms = [
    ['PDF', `${where}.pdf?language=${lang}`],
    ['JSON', `${where}?language=${lang}`],
  ] as const;
  return (
    <Panel title={t('case.certificate')}>
      <div className="stack">
        <p className="dim">{t('case.certificateText')}</p>
        <div className="actions">
          {forms.map(([form, href]) => (
            <a
              key={form}
              className="button"
              href={href}
              target="_blank"
              rel="noreferrer"
              aria-label={t('case.certificateOf', { subject, form })}
            >
              {form}
            </a>
          ))}
        </div>
      </div>
    </Panel>
  );
}
