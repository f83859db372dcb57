import { useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Empty, Failure, Loading, PageHead } from '../../shared/ui';
import { Asked } from './Asked';
import { CasePurposes } from './CasePurposes';
import { QualifyingReaders } from './QualifyingReaders';
import { useQualification } from './queries';
import { ReferenceScores } from './ReferenceScores';
import '../investigator.css';
import '../people/people.css';
import './qualification.css';

/** Who may read: what the protocol asks, with which cases, and how far each reader is. */
export default function QualificationPage() {
  const t = useT();
  const study = useStudy();
  const found = useQualification(study.id);
  return (
    <>
      <PageHead title={t('qualification.title')} lead={t('qualification.lead')} />
      {found.error && <Failure error={found.error} retry={() => void found.refetch()} />}
      {found.isPending && <Loading />}
      {found.data && found.data.asked === null && (
        <Empty title={t('qualification.none')}>
          <p>{t('qualification.noneText')}</p>
        </Empty>
      )}
      {found.data?.asked && (
        <>
          <Asked qualification={found.data} asked={found.data.asked} />
          {found.data.opened_at && <QualifyingReaders qualification={found.data} asked={found.data.asked} />}
          <CasePurposes qualification={found.data} />
          <ReferenceScores qualification={found.data} />
        </>
      )}
    </>
  );
}
