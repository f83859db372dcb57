import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link, useLocation, useParams, useSearchParams } from 'wouter';
import { ask } from '../../shared/api/client';
import type { CaseImageDetail } from '../../shared/api/types';
import { useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { AiBadge, Badge, Banner, Button, Empty, Failure, Loading, PageHead, Panel } from '../../shared/ui';
import { ImageFacts } from '../ImageFacts';
import { inOrder, STANDING_TONE, standing } from '../images';
import { Maker } from '../Maker';
import { AskDialog } from './AskDialog';
import { CheckPanel } from './CheckPanel';
import { useKeys } from './keys';
import { addressOf } from './QualityPage';
import { QueryThread } from './QueryThread';
import { useRefresh, useSiteQueries } from './siteQueries';
import { nextCase, rowsOf } from './waiting';
import '../coordinator.css';
import './quality.css';

const ImageView = lazy(() => import('../qc/ImageView'));

/** One case as the quality control works through it, image by image, with both hands on the keyboard. */
export default function QualityCasePage() {
  const t = useT();
  const study = useStudy();
  const [, go] = useLocation();
  const { item: id = '' } = useParams<{ item: string }>();
  const [search, setSearch] = useSearchParams();
  const [asksSite, setAsksSite] = useState(false);
  const refresh = useRefresh();
  const detail = useQuery({
    queryKey: ['case', id],
    queryFn: ({ signal }) => ask('/api/cases/{case_id}', { case_id: id }, { signal }),
    refetchInterval: ({ state }) => (state.data?.complete ? false : 15_000),
  });
  const cases = useQuery({
    queryKey: ['cases', study.id],
    queryFn: ({ signal }) => ask('/api/studies/{study_id}/cases', { study_id: study.id }, { signal }),
  });
  const queries = useSiteQueries();
  const images = detail.data ? inOrder(detail.data.images) : [];
  const ofCase = (queries.data ?? []).filter(({ case: of }) => of.id === id);
  const isQueried = (image: CaseImageDetail) =>
    ofCase.some((query) => query.image?.id === image.id && query.state !== 'closed');
  const toCheck = (image: CaseImageDetail) => standing(image) === 'pending' && !isQueried(image);
  const image =
    images.find((candidate) => candidate.id === search.get('image')) ?? images.find(toCheck) ?? images[0];
  const choose = (chosen: string | undefined) => chosen && setSearch({ image: chosen }, { replace: true });
  const step = (by: number) => {
    const at = images.findIndex((candidate) => candidate.id === image?.id);
    choose(images[at + by]?.id);
  };
  const next = nextCase(rowsOf(cases.data ?? [], queries.data ?? []), id);
  useKeys({
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    N: next ? () => go(addressOf(study.id, next)) : null,
  });
  const error = (!detail.data && detail.error) || (!queries.data && queries.error);
  if (error)
    return (
      <Failure
        error={error}
        retry={() => {
          void detail.refetch();
          void queries.refetch();
        }}
      />
    );
  if (!detail.data || !queries.data) return <Loading />;
  const one = detail.data;
  const others = ofCase.filter((query) => query.image?.id !== image?.id);
  const ofImage = ofCase.filter((query) => query.image?.id === image?.id);
  return (
    <>
      <PageHead
        title={t('case.title', { subject: one.subject })}
        lead={
          <>
            {t('case.lead', { site: one.site.name })} · {t('check.keys')} <kbd>←</kbd> <kbd>→</kbd>{' '}
            <kbd>N</kbd>
          </>
        }
      >
        {one.asks && <Button onClick={() => setAsksSite(true)}>{t('check.queryCase')}</Button>}
        <Link className="button" href={`/studies/${study.id}/quality`}>
          {t('quality.back')}
        </Link>
        {next && (
          <Link
            className={images.some(toCheck) ? 'button' : 'button primary'}
            href={addressOf(study.id, next)}
          >
            {t('check.next')} <kbd>N</kbd>
          </Link>
        )}
      </PageHead>
      {images.length > 0 && !images.some(toCheck) && (
        <Banner tone="good">{t(next ? 'check.caseDone' : 'check.allDone')}</Banner>
      )}
      <div className="image-tabs">
        {images.map((candidate) => (
          <button
            key={candidate.id}
            type="button"
            aria-pressed={candidate.id === image?.id}
            onClick={() => choose(candidate.id)}
          >
            <span>
              {t(`set.${candidate.image_set}`)} · {t(`state.${candidate.state}`)}
            </span>
            {isQueried(candidate) ? (
              <Badge tone="busy">{t('check.inQuery')}</Badge>
            ) : (
              <Badge tone={STANDING_TONE[standing(candidate)]}>{t(`standing.${standing(candidate)}`)}</Badge>
            )}
          </button>
        ))}
      </div>
      {ofImage.length > 0 && (
        <Panel title={t('check.queries')}>
          {ofImage.map((query) => (
            <QueryThread key={query.id} query={query} />
          ))}
        </Panel>
      )}
      {!image && <Empty title={t('case.noImages')} />}
      {image && (
        <div className="image-panel check">
          <Panel
            title={`${t(`set.${image.image_set}`)} · ${t(`state.${image.state}`)}`}
            aside={image.source === 'translation' && <AiBadge />}
          >
            {image.status === 'deriving' && <Loading />}
            {image.status === 'failed' && <Banner tone="bad">{image.message}</Banner>}
            {image.status === 'ready' && (
              <Suspense fallback={<Loading />}>
                <ImageView key={image.id} image={image} />
              </Suspense>
            )}
          </Panel>
          <div className="stack">
            {image.status === 'ready' && one.decides && (
              <CheckPanel
                key={image.id}
                caseId={one.id}
                image={image}
                queried={isQueried(image)}
                onDone={() => choose(after(images, image.id, toCheck)?.id)}
              />
            )}
            {image.source !== 'upload' && <Maker image={image} sees />}
            <ImageFacts image={image} />
          </div>
        </div>
      )}
      {others.length > 0 && (
        <Panel title={t('check.otherQueries')}>
          {others.map((query) => (
            <QueryThread key={query.id} query={query} />
          ))}
        </Panel>
      )}
      {asksSite && (
        <AskDialog
          caseId={one.id}
          imageId={null}
          onAsked={async () => {
            setAsksSite(false);
            await refresh();
          }}
          onClose={() => setAsksSite(false)}
        />
      )}
    </>
  );
}

/** The next image to check, after this one and then from the start; this one is done. */
function after(
  images: readonly CaseImageDetail[],
  id: string,
  toCheck: (image: CaseImageDetail) => boolean,
): CaseImageDetail | undefined {
  const at = images.findIndex((image) => image.id === id);
  return [...images.slice(at + 1), ...images.slice(0, at)].find(toCheck);
}
