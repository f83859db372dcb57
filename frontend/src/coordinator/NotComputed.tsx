import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ask, tell } from '../shared/api/client';
import type { CaseImage, Translation } from '../shared/api/types';
import { useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import { Banner, Button, Failure } from '../shared/ui';
import { imageOf } from './images';

/** Which images of a case could not be computed, why, and what to do about it. */
export function NotComputed({ caseId, images }: { caseId: string; images: readonly CaseImage[] }) {
  const jobs = useQuery({
    queryKey: ['translations', 'case', caseId],
    queryFn: ({ signal }) => ask('/api/cases/{case_id}/translations', { case_id: caseId }, { signal }),
    refetchInterval: ({ state }) =>
      state.data?.some((job) => job.state === 'queued' || job.state === 'leased') ? 3_000 : false,
  });
  if (jobs.error) return <Failure error={jobs.error} retry={() => void jobs.refetch()} />;
  return failed(jobs.data ?? [], images).map((job) => <Failed key={job.id} job={job} caseId={caseId} />);
}

/** A failure that an image has made good since is none. */
export function failed(jobs: readonly Translation[], images: readonly CaseImage[]): Translation[] {
  return jobs.filter((job) => job.state === 'failed' && !imageOf(images, job.image_set, job.image_state));
}

function Failed({ job, caseId }: { job: Translation; caseId: string }) {
  const t = useT();
  const study = useStudy();
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: () =>
      tell(
        '/api/studies/{study_id}/translations/{job_id}/again',
        { study_id: study.id, job_id: job.id },
        undefined,
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ['translations', 'case', caseId] }),
  });
  // A refusal has an advice and would only be repeated.
  const mayTry = !job.advice && study.roles.includes('investigator');
  return (
    <>
      <Banner
        tone="bad"
        action={
          mayTry && (
            <Button busy={again.isPending} onClick={() => again.mutate()}>
              {t('made.again')}
            </Button>
          )
        }
      >
        <strong>
          {t('made.failed', { image: t(`set.${job.image_set}`), state: t(`state.${job.image_state}`) })}
        </strong>
        <p>{job.message}</p>
        {job.advice && <p>{job.advice}</p>}
      </Banner>
      {again.isError && <Failure error={again.error} />}
    </>
  );
}
