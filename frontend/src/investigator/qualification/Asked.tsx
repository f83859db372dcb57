import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { MEASURE_WORD, measuredText } from '../../reader/qualification/measures';
import { tell } from '../../shared/api/client';
import type { Qualification } from '../../shared/api/types';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useMay, useStudy } from '../../shared/study';
import { Badge, Button, Dialog, Facts, Failure, Panel } from '../../shared/ui';
import { keep } from './queries';
import { readyCases } from './ready';

type AskedOf = NonNullable<Qualification['asked']>;

/** What the protocol asks, whether everything is there, and the act that lets readers begin. */
export function Asked({ qualification, asked }: { qualification: Qualification; asked: AskedOf }) {
  const t = useT();
  const language = useLanguage();
  const study = useStudy();
  const may = useMay('investigator');
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const opening = useMutation({
    mutationFn: () =>
      tell('/api/studies/{study_id}/qualification/opening', { study_id: study.id }, undefined),
    onSuccess: (found) => keep(client, study.id, found),
    onSettled: () => setAsking(false),
  });
  const ready = readyCases(qualification.cases);
  const enough = ready.training >= asked.training_cases && ready.test >= asked.test_cases;
  const { measure, at_least } = asked.threshold;
  return (
    <Panel
      title={t('qualification.asked')}
      aside={
        <Badge tone={qualification.opened_at ? 'good' : 'plain'}>
          {t(qualification.opened_at ? 'qualification.isOpen' : 'qualification.isNotOpen')}
        </Badge>
      }
    >
      <div className="stack">
        <Facts
          items={[
            [
              t('qualification.threshold'),
              t('qualification.thresholdText', {
                required: measuredText(language, measure, at_least),
                measure: t(`reader.qualification.measure.${MEASURE_WORD[measure]}`),
              }),
            ],
            [t('qualification.attempts'), asked.attempts],
            [
              t('qualification.validity'),
              asked.valid_days === null
                ? t('qualification.forGood')
                : t('qualification.days', { count: asked.valid_days }),
            ],
            [
              t('qualification.training'),
              t('qualification.readyOf', { ready: ready.training, asked: asked.training_cases }),
            ],
            [
              t('qualification.test'),
              t('qualification.readyOf', { ready: ready.test, asked: asked.test_cases }),
            ],
          ]}
        />
        {qualification.opened_at ? (
          <p className="dim">
            {t('qualification.opened', { at: formatTime(language, qualification.opened_at) })}
          </p>
        ) : (
          <p>{t(study.state === 'draft' ? 'qualification.freezeFirst' : 'qualification.beforeOpening')}</p>
        )}
        {opening.isError && <Failure error={opening.error} />}
        {may && !qualification.opened_at && study.state !== 'draft' && (
          <div className="actions">
            <Button look="primary" disabled={!enough} onClick={() => setAsking(true)}>
              {t('qualification.open')}
            </Button>
            {!enough && <span className="dim">{t('qualification.tooFew')}</span>}
          </div>
        )}
      </div>
      {asking && (
        <Dialog
          title={t('qualification.open')}
          confirm={t('qualification.open')}
          busy={opening.isPending}
          onConfirm={() => opening.mutate()}
          onClose={() => setAsking(false)}
        >
          <p>{t('qualification.openText')}</p>
          <p>{t('qualification.openStays')}</p>
        </Dialog>
      )}
    </Panel>
  );
}
