import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type Answer, tell } from '../../shared/api/client';
import { formatNumber, formatPercent, formatSigned } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Banner, Button, Failure, Field, PageHead, Panel } from '../../shared/ui';
import { CharterTabs } from './CharterTabs';
import './charter.css';
import { kept } from './unsaved';

type Rehearsal = Answer<'/api/studies/{study_id}/rehearsal', 'post'>;
type Assumption = Rehearsal['assumptions'][number];

type Test = 'superiority' | 'noninferiority' | 'equivalence';
type Measure = 'segment_agreement' | 'summed_score_difference' | 'weighted_kappa' | 'voxel_uptake';
type Source = 'charter' | 'assumed' | 'given';

/** What the protocol in force would take, with cases and readers that are simulated; every assumption can be changed. */
export default function RehearsalPage() {
  const t = useT();
  const study = useStudy();
  const [size, setSize] = useState({ cases: 60, readers: 3, sites: Math.max(1, study.sites.length) });
  const [changed, setChanged] = useState<Record<string, number>>({});
  const [isUnsaved] = useState(() => kept(study.id, study.protocol?.sha256 ?? '') !== null);
  const rehearsing = useMutation({
    mutationFn: (template_endpoints: boolean) =>
      tell(
        '/api/studies/{study_id}/rehearsal',
        { study_id: study.id },
        { ...size, seed: 1, changed, template_endpoints },
      ),
  });
  const rehearsal = rehearsing.data;
  const template = rehearsing.variables ?? false;
  return (
    <>
      <PageHead title={t('rehearsal.title')} lead={t('rehearsal.text')} />
      <CharterTabs />
      {isUnsaved && <Banner tone="warn">{t('rehearsal.unsaved')}</Banner>}
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          rehearsing.mutate(template);
        }}
      >
        <Panel title={t('rehearsal.size')}>
          <div className="stack">
            <div className="rehearsal-size">
              <Size name="cases" least={4} most={2000} size={size} onChange={setSize} />
              <Size name="readers" least={1} most={50} size={size} onChange={setSize} />
              <Size name="sites" least={1} most={100} size={size} onChange={setSize} />
            </div>
            <div className="actions">
              <Button type="submit" look="primary" busy={rehearsing.isPending}>
                {t(rehearsal ? 'rehearsal.again' : 'rehearsal.run')}
              </Button>
              {rehearsing.isPending && (
                <span className="dim" role="status">
                  {t('rehearsal.running')}
                </span>
              )}
            </div>
            {rehearsing.isError && <Failure error={rehearsing.error} />}
          </div>
        </Panel>
        {rehearsal && (
          <>
            <Outcome rehearsal={rehearsal} onTemplate={() => rehearsing.mutate(true)} />
            <Assumptions
              rows={rehearsal.assumptions}
              onChange={(name, value) => setChanged((before) => ({ ...before, [name]: value }))}
            />
          </>
        )}
      </form>
    </>
  );
}

interface Sizes {
  cases: number;
  readers: number;
  sites: number;
}

interface SizeProps {
  name: keyof Sizes;
  least: number;
  most: number;
  size: Sizes;
  onChange: (size: Sizes) => void;
}

function Size({ name, least, most, size, onChange }: SizeProps) {
  const t = useT();
  return (
    <Field label={t(`rehearsal.${name}`)}>
      <input
        type="number"
        required
        min={least}
        max={most}
        defaultValue={size[name]}
        onChange={(event) => onChange({ ...size, [name]: event.target.valueAsNumber })}
      />
    </Field>
  );
}

function Outcome({ rehearsal, onTemplate }: { rehearsal: Rehearsal; onTemplate: () => void }) {
  const t = useT();
  const lang = useLanguage();
  const { hours, layout, cases, readers } = rehearsal;
  return (
    <>
      <Panel title={t('rehearsal.outcome')}>
        <div className="stack" role="status">
          <Banner>
            {t('rehearsal.hours', {
              cases,
              readers,
              hours: formatNumber(lang, hours.hours, 1),
              quick: formatNumber(lang, hours.quick, 1),
              slow: formatNumber(lang, hours.slow, 1),
              days: hours.reading_days,
              calendar: hours.calendar_days,
            })}
          </Banner>
          {rehearsal.endpoints_from === 'none' && (
            <Banner
              tone="warn"
              action={
                rehearsal.offered.length > 0 && (
                  <Button onClick={onTemplate}>{t('rehearsal.template')}</Button>
                )
              }
            >
              {t('rehearsal.noEndpoint')}{' '}
              {rehearsal.offered.length > 0 &&
                t('rehearsal.offered', { names: rehearsal.offered.join(t('list.separator')) })}
            </Banner>
          )}
          {rehearsal.endpoints_from === 'template' && <p>{t('rehearsal.fromTemplate')}</p>}
          {rehearsal.power.length > 0 && <Banner tone="warn">{t('charter.notApplied')}</Banner>}
          {rehearsal.power.map((endpoint) => (
            <PowerOf key={endpoint.name} endpoint={endpoint} />
          ))}
          {layout ? (
            <p className="dim">
              {layout.cases < cases && `${t('rehearsal.laidOut', { cases: layout.cases })} `}
              {layout.distance !== null && t('rehearsal.distance', { distance: layout.distance })}
            </p>
          ) : (
            <p className="dim">{t('rehearsal.notLaidOut')}</p>
          )}
        </div>
      </Panel>
      <Sessions rehearsal={rehearsal} />
    </>
  );
}

function PowerOf({ endpoint }: { endpoint: Rehearsal['power'][number] }) {
  const t = useT();
  const lang = useLanguage();
  const { name, result, margin, alpha } = endpoint;
  const [low, high] = result.interval;
  const digits = endpoint.measure === 'weighted_kappa' ? 3 : 1;
  return (
    <Banner>
      {t('rehearsal.power', {
        name,
        power: formatPercent(lang, result.power),
        low: formatPercent(lang, low),
        high: formatPercent(lang, high),
        replicates: result.replicates,
      })}
      <div className="dim">
        {t('rehearsal.powerHow', {
          test: t(`rehearsal.test.${endpoint.test as Test}`, { margin: margin ?? 0 }),
          alpha,
          effect: formatSigned(lang, result.effect, digits),
          half: formatNumber(lang, result.half_width, digits),
          unit: t(`rehearsal.unit.${endpoint.measure as Measure}`),
        })}
      </div>
    </Banner>
  );
}

function Sessions({ rehearsal }: { rehearsal: Rehearsal }) {
  const t = useT();
  const lang = useLanguage();
  const laidOut = new Map(rehearsal.layout?.sessions.map((session) => [session.session, session]));
  return (
    <Panel title={t('rehearsal.caption')} flush>
      <div className="table-frame">
        <table className="table" aria-label={t('rehearsal.caption')}>
          <thead>
            <tr>
              <th scope="col">{t('rehearsal.session')}</th>
              <th scope="col" className="num">
                {t('rehearsal.reads')}
              </th>
              <th scope="col">{t('rehearsal.arms')}</th>
              <th scope="col" className="num">
                {t('rehearsal.siteDifference')}
              </th>
              <th scope="col" className="num">
                {t('rehearsal.sessionHours')}
              </th>
              <th scope="col" className="num">
                {t('rehearsal.sessionDays')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rehearsal.hours.sessions.map((session) => {
              const laid = laidOut.get(session.session);
              return (
                <tr key={session.session}>
                  <th scope="row">{session.session}</th>
                  <td className="num">{formatNumber(lang, session.reads)}</td>
                  <td>
                    {laid
                      ? Object.entries(laid.arms)
                          .map(([arm, count]) => `${arm} ${count}`)
                          .join(t('list.separator'))
                      : '–'}
                  </td>
                  <td className="num">{formatNumber(lang, laid?.site_difference)}</td>
                  <td className="num">
                    {formatNumber(lang, session.reading_hours + session.break_hours, 1)}
                  </td>
                  <td className="num">{session.reading_days}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

interface AssumptionsProps {
  rows: readonly Assumption[];
  onChange: (name: string, value: number) => void;
}

function Assumptions({ rows, onChange }: AssumptionsProps) {
  const t = useT();
  const said = ({ name }: Assumption) => {
    const [what, ...arm] = name.split('.');
    return t(`rehearsal.of.${what as 'bias'}`, { arm: arm.join('.') });
  };
  return (
    <Panel title={t('rehearsal.assumptions')} flush>
      <div className="table-frame">
        <table className="table" aria-label={t('rehearsal.assumptions')}>
          <thead>
            <tr>
              <th scope="col">{t('rehearsal.assumption')}</th>
              <th scope="col">{t('rehearsal.value')}</th>
              <th scope="col">{t('rehearsal.range')}</th>
              <th scope="col">{t('rehearsal.source')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.name}>
                <th scope="row">{said(row)}</th>
                <td>
                  <input
                    type="number"
                    className="rehearsal-value"
                    aria-label={said(row)}
                    required
                    step="any"
                    min={row.least}
                    max={row.most}
                    defaultValue={row.value}
                    onChange={(event) => onChange(row.name, event.target.valueAsNumber)}
                  />
                </td>
                <td className="nowrap">
                  {row.least} – {row.most}
                </td>
                <td>{t(`rehearsal.source.${row.basis as Source}`)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}
