import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { measuredText } from '../../reader/qualification/measures';
import { tell } from '../../shared/api/client';
import type { Qualification, QualifyingReader } from '../../shared/api/types';
import { formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useMay, useStudy } from '../../shared/study';
import { Badge, Button, Empty, Panel, ReasonDialog, type Tone } from '../../shared/ui';
import { keep } from './queries';

type AskedOf = NonNullable<Qualification['asked']>;

const TONES: Record<QualifyingReader['state'], Tone> = {
  waiting: 'plain',
  training: 'busy',
  test: 'busy',
  qualified: 'good',
  expired: 'warn',
  failed: 'bad',
};

/** How far everybody is who reads or adjudicates. */
export function QualifyingReaders({
  qualification,
  asked,
}: {
  qualification: Qualification;
  asked: AskedOf;
}) {
  const t = useT();
  const may = useMay('investigator');
  const [granting, setGranting] = useState<QualifyingReader | null>(null);
  const { readers } = qualification;
  return (
    <Panel title={t('qualification.readers')} flush>
      {readers.length === 0 ? (
        <Empty title={t('qualification.noReaders')} />
      ) : (
        <div className="table-frame">
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{t('qualification.reader')}</th>
                <th scope="col">{t('qualification.state')}</th>
                <th scope="col">{t('qualification.training')}</th>
                <th scope="col">{t('qualification.test')}</th>
                <th scope="col">{t('qualification.certificate')}</th>
              </tr>
            </thead>
            <tbody>
              {readers.map((reader) => (
                <Row
                  key={reader.id}
                  reader={reader}
                  asked={asked}
                  onGrant={may && reader.state === 'failed' ? () => setGranting(reader) : null}
                />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {granting && <Grant reader={granting} onClose={() => setGranting(null)} />}
    </Panel>
  );
}

interface RowProps {
  reader: QualifyingReader;
  asked: AskedOf;
  onGrant: (() => void) | null;
}

function Row({ reader, asked, onGrant }: RowProps) {
  const t = useT();
  const language = useLanguage();
  const { full_name, role, state, training, attempts, certificate, valid_until } = reader;
  return (
    <tr>
      <th scope="row">
        {full_name}
        <div className="dim">{t(`role.${role}`)}</div>
      </th>
      <td>
        <Badge tone={TONES[state]}>{t(`reader.qualification.state.${state}`)}</Badge>
      </td>
      <td className="nowrap">
        {t('qualification.signedOf', { signed: training.signed, total: asked.training_cases })}
      </td>
      <td>
        <Attempts attempts={attempts} />
        {onGrant && (
          <Button aria-label={t('qualification.grantNamed', { name: full_name })} onClick={onGrant}>
            {t('qualification.grant')}
          </Button>
        )}
      </td>
      <td>
        {certificate ? (
          <>
            {t('qualification.certificateText', {
              number: certificate.number,
              at: formatTime(language, certificate.issued_at),
            })}
            <div className="dim">
              {valid_until
                ? t('qualification.validUntil', { until: formatTime(language, valid_until) })
                : t('qualification.forGood')}
            </div>
          </>
        ) : (
          '–'
        )}
      </td>
    </tr>
  );
}

function Attempts({ attempts }: { attempts: QualifyingReader['attempts'] }) {
  const t = useT();
  const language = useLanguage();
  if (attempts.length === 0) return '–';
  return (
    <ol className="qualification-attempts">
      {attempts.map(({ number, signed, total, result }) => (
        <li key={number}>
          {result ? (
            <>
              {t('qualification.attemptResult', {
                number,
                value: measuredText(language, result.measure, result.value),
              })}{' '}
              <Badge tone={result.passed ? 'good' : 'warn'}>
                {t(result.passed ? 'reader.qualification.passed' : 'reader.qualification.notPassed')}
              </Badge>
            </>
          ) : (
            t('qualification.attemptOpen', { number, signed, total })
          )}
        </li>
      ))}
    </ol>
  );
}

function Grant({ reader, onClose }: { reader: QualifyingReader; onClose: () => void }) {
  const t = useT();
  const study = useStudy();
  const client = useQueryClient();
  return (
    <ReasonDialog
      title={t('qualification.grantTitle', { name: reader.full_name })}
      confirm={t('qualification.grantConfirm')}
      hint={t('qualification.reasonHint')}
      act={async (reason) => {
        const found = await tell(
          '/api/studies/{study_id}/qualification/readers/{reader_id}/attempts',
          { study_id: study.id, reader_id: reader.id },
          { reason },
        );
        await keep(client, study.id, found);
        onClose();
      }}
      onClose={onClose}
    >
      <p>{t('qualification.grantText')}</p>
    </ReasonDialog>
  );
}
