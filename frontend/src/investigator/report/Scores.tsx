import { useMutation, useQueryClient } from '@tanstack/react-query';
import { tell } from '../../shared/api/client';
import { formatBytes } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useMay, useStudy } from '../../shared/study';
import { Button, Failure, Panel } from '../../shared/ui';
import { useScores } from '../queries';

/** The scores in the words of other systems. There are none before the study is unblinded. */
export function Scores() {
  const t = useT();
  const lang = useLanguage();
  const study = useStudy();
  const may = useMay('investigator');
  const client = useQueryClient();
  const scores = useScores(study.id);
  const again = useMutation({
    mutationFn: () => tell('/api/studies/{study_id}/scores/again', { study_id: study.id }, undefined),
    onSettled: () => client.invalidateQueries({ queryKey: ['scores', study.id] }),
  });
  if (scores.error && !scores.data)
    return <Failure error={scores.error} retry={() => void scores.refetch()} />;
  const { state, files } = scores.data ?? { state: 'none' as const, files: [] };
  if (state === 'none') return null;
  return (
    <Panel title={t('scores.title')}>
      <div className="stack">
        <p className="dim">{t('scores.text')}</p>
        {state === 'computing' && <p role="status">{t('scores.computing')}</p>}
        {state === 'failed' && (
          <>
            <p role="alert">{t('scores.failed')}</p>
            {may && (
              <div className="actions">
                <Button busy={again.isPending} onClick={() => again.mutate()}>
                  {t('scores.again')}
                </Button>
              </div>
            )}
          </>
        )}
        {again.isError && <Failure error={again.error} />}
        {files.length > 0 && (
          <ul className="files">
            {files.map((file) => (
              <li key={file.name}>
                <a className="button" href={file.url} download title={`SHA-256 ${file.sha256}`}>
                  {t(`scores.file.${file.name}`)} <span className="dim">{formatBytes(lang, file.size)}</span>
                </a>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Panel>
  );
}
