import { Link } from 'wouter';
import type { UploadSummary } from '../shared/api/types';
import { formatTime } from '../shared/format';
import { useLanguage, useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import { Badge, Empty, Failure, Loading, Panel } from '../shared/ui';
import { VERDICT_TONE, VERDICTS } from './UploadResult';

/** Cases named in one row; an upload may hold hundreds. */
const NAMED = 12;

interface Props {
  uploads: UploadSummary[] | undefined;
  error: unknown;
}

export function UploadsBefore({ uploads, error }: Props) {
  const t = useT();
  const lang = useLanguage();
  const study = useStudy();
  return (
    <Panel title={t('uploads.title')} flush={Boolean(uploads?.length)}>
      {error ? <Failure error={error} /> : !uploads && <Loading />}
      {uploads?.length === 0 && <Empty title={t('uploads.none')} />}
      {uploads && uploads.length > 0 && (
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('uploads.when')}</th>
              <th scope="col">{t('uploads.state')}</th>
              <th scope="col">{t('uploads.result')}</th>
              <th scope="col">{t('uploads.cases')}</th>
            </tr>
          </thead>
          <tbody>
            {uploads.map((upload) => (
              <tr key={upload.id}>
                <td>{formatTime(lang, upload.created_at)}</td>
                <td>
                  <Badge tone={upload.state === 'done' ? 'good' : 'busy'}>
                    {t(`uploads.state.${upload.state}`)}
                  </Badge>
                  {upload.state === 'receiving' && (
                    <small className="resume dim">{t('uploads.resume')}</small>
                  )}
                </td>
                <td>
                  <span className="folder-counts">
                    {VERDICTS.filter((verdict) => upload.counts[verdict]).map((verdict) => (
                      <Badge key={verdict} tone={VERDICT_TONE[verdict]}>
                        {t(`verdict.${verdict}`)} {upload.counts[verdict]}
                      </Badge>
                    ))}
                  </span>
                </td>
                <td>
                  <span className="folder-counts">
                    {upload.cases.slice(0, NAMED).map(({ id, subject }) => (
                      <Link key={id} href={`/studies/${study.id}/cases/${id}`}>
                        {subject}
                      </Link>
                    ))}
                    {upload.cases.length > NAMED && (
                      <Link className="dim" href={`/studies/${study.id}/cases`}>
                        {t('uploads.moreCases', { count: upload.cases.length - NAMED })}
                      </Link>
                    )}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
