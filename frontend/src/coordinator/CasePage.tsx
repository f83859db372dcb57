import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useState } from 'react';
import { Link, useParams, useSearchParams } from 'wouter';
import { ask, tell } from '../shared/api/client';
import type { CaseImageDetail } from '../shared/api/types';
import { useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import {
  AiBadge,
  Badge,
  Banner,
  Button,
  Dialog,
  Empty,
  Failure,
  Field,
  Loading,
  PageHead,
  Panel,
} from '../shared/ui';
import './coordinator.css';
import { Certificate } from './Certificate';
import { Companions } from './Companions';
import { ImageFacts } from './ImageFacts';
import { inOrder, nextToCheck, organOf, STANDING_TONE, standing } from './images';
import { Maker } from './Maker';
import { NotComputed } from './NotComputed';
import { Doubts } from './qc/Doubts';
import { CaseQueries } from './quality/CaseQueries';
import { Checked } from './quality/Checked';

const ImageView = lazy(() => import('./qc/ImageView'));

export default function CasePage() {
  const t = useT();
  const study = useStudy();
  const { item: id = '' } = useParams<{ item: string }>();
  const [search, setSearch] = useSearchParams();
  const detail = useQuery({
    queryKey: ['case', id],
    queryFn: ({ signal }) => ask('/api/cases/{case_id}', { case_id: id }, { signal }),
    refetchInterval: ({ state }) => (state.data?.complete ? false : 3_000),
  });
  if (detail.error && !detail.data)
    return <Failure error={detail.error} retry={() => void detail.refetch()} />;
  if (!detail.data) return <Loading />;
  const one = detail.data;
  const images = inOrder(one.images);
  const image =
    images.find((candidate) => candidate.id === search.get('image')) ??
    images.find((candidate) => standing(candidate) === 'pending') ??
    images[0];
  const choose = (chosen: string) => setSearch({ image: chosen }, { replace: true });

  return (
    <>
      <PageHead
        title={t('case.title', { subject: one.subject })}
        lead={t('case.lead', { site: one.site.name })}
      >
        <Link className="button" href={`/studies/${study.id}/cases`}>
          {t('case.back')}
        </Link>
      </PageHead>
      {one.waiting_for.length > 0 && (
        <Banner tone="warn">{t('case.waiting', { what: one.waiting_for.join(t('list.separator')) })}</Banner>
      )}
      <NotComputed caseId={one.id} images={images} />
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
            <Badge tone={STANDING_TONE[standing(candidate)]}>{t(`standing.${standing(candidate)}`)}</Badge>
          </button>
        ))}
      </div>
      {!image && <Empty title={t('case.noImages')} />}
      {image && (
        <ImagePanel
          key={image.id}
          caseId={one.id}
          decides={one.decides}
          image={image}
          onDecided={() => choose(nextToCheck(images, image.id)?.id ?? image.id)}
        />
      )}
      <CaseQueries caseId={one.id} />
      <Companions caseId={one.id} />
      <Certificate id={one.id} subject={one.subject} />
    </>
  );
}

interface ImagePanelProps {
  caseId: string;
  decides: boolean;
  image: CaseImageDetail;
  onDecided: () => void;
}

function ImagePanel({ caseId, decides, image, onDecided }: ImagePanelProps) {
  const t = useT();
  const { id, roles } = useStudy();
  const checks = roles.includes('quality');
  const sees = roles.some((role) => role === 'coordinator' || role === 'quality' || role === 'investigator');
  return (
    <div className="image-panel">
      <Panel
        title={`${t(`set.${image.image_set}`)} · ${t(`state.${image.state}`)}`}
        aside={image.source === 'translation' && <AiBadge />}
      >
        {image.status === 'deriving' && <Loading />}
        {image.status === 'failed' && <Banner tone="bad">{image.message}</Banner>}
        {image.status === 'ready' && !sees && <p>{t('image.notShown')}</p>}
        {image.status === 'ready' && sees && (
          <Suspense fallback={<Loading />}>
            <ImageView image={image} />
          </Suspense>
        )}
      </Panel>
      <div className="stack">
        {image.status === 'ready' && decides && !checks && <Decision image={image} onDecided={onDecided} />}
        {image.status === 'ready' && (!decides || checks) && (
          <Standing image={image}>
            {decides && (
              <Link className="button primary" href={`/studies/${id}/quality/${caseId}?image=${image.id}`}>
                {t('quality.check')}
              </Link>
            )}
            {!decides && sees && <p className="dim">{t('quality.elsewhere')}</p>}
          </Standing>
        )}
        {image.source !== 'upload' && <Maker image={image} sees={sees} />}
        <ImageFacts image={image} />
      </div>
    </div>
  );
}

/** What was decided about an image and what was seen in it, for who does not decide here. */
function Standing({ image, children }: { image: CaseImageDetail; children: ReactNode }) {
  const t = useT();
  const where = standing(image);
  return (
    <Panel title={t('qc.title')} aside={<Badge tone={STANDING_TONE[where]}>{t(`standing.${where}`)}</Badge>}>
      <div className="stack">
        {image.qc === 'rejected' && image.message && (
          <p>{t('qc.rejectedBecause', { reason: image.message })}</p>
        )}
        <Checked image={image} />
        {children}
      </div>
    </Panel>
  );
}

function Decision({ image, onDecided }: { image: CaseImageDetail; onDecided: () => void }) {
  const t = useT();
  const client = useQueryClient();
  const study = useStudy();
  const [rejecting, setRejecting] = useState(false);
  const [reason, setReason] = useState('');
  const deciding = useMutation({
    mutationFn: (decision: 'accepted' | 'rejected') =>
      tell(
        '/api/images/{image_id}/qc',
        { image_id: image.id },
        { decision, reason: decision === 'rejected' ? reason.trim() : '' },
      ),
    onSuccess: async () => {
      setRejecting(false);
      await client.invalidateQueries({ queryKey: ['case'] });
      await client.invalidateQueries({ queryKey: ['cases', study.id] });
      onDecided();
    },
  });
  const where = standing(image);
  return (
    <Panel title={t('qc.title')} aside={<Badge tone={STANDING_TONE[where]}>{t(`standing.${where}`)}</Badge>}>
      <div className="stack">
        <Doubts image={image} />
        <p className="dim">{t(organOf([image.image_set]) === 'brain' ? 'qc.askBrain' : 'qc.ask')}</p>
        {deciding.isError && !rejecting && <Failure error={deciding.error} />}
        {image.geometry === 'unconfirmed' && <p className="dim">{t('geometry.first')}</p>}
        <div className="actions">
          <Button
            look="primary"
            disabled={image.qc === 'accepted' || image.geometry === 'unconfirmed'}
            busy={deciding.isPending}
            onClick={() => deciding.mutate('accepted')}
          >
            {t('qc.accept')}
          </Button>
          <Button look="danger" disabled={image.qc === 'rejected'} onClick={() => setRejecting(true)}>
            {t('qc.reject')}
          </Button>
        </div>
      </div>
      {rejecting && (
        <Dialog
          title={t('qc.rejectTitle')}
          confirm={t('qc.rejectConfirm')}
          danger
          busy={deciding.isPending}
          blocked={!reason.trim()}
          onConfirm={() => deciding.mutate('rejected')}
          onClose={() => setRejecting(false)}
        >
          <p>{t('qc.rejectText')}</p>
          {deciding.isError && <Failure error={deciding.error} />}
          <Field label={t('qc.reason')}>
            <textarea
              value={reason}
              required
              maxLength={500}
              onChange={(event) => setReason(event.target.value)}
            />
          </Field>
        </Dialog>
      )}
    </Panel>
  );
}
