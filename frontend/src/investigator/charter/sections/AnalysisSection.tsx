import { useT } from '../../../shared/i18n';
import { Banner, Field } from '../../../shared/ui';
import choices from '../choices.json';
import { at, isList, type Json } from '../document';
import { breachAt, refusal, useEditing, useSay } from '../editing';
import { CharterField, Fields, GroupBreach, useClosed } from '../fields';
import { Items, moved, Section } from '../Section';
import { readingsOf } from '../schema';
import { wordOf } from '../words';

export default function AnalysisSection() {
  const t = useT();
  const { document, edit } = useEditing();
  const endpoints = isList(document.endpoints) ? document.endpoints : [];
  return (
    <Section name="analysis">
      <Banner tone="warn">{t('charter.notApplied')}</Banner>
      <CharterField path="reference.rule" />
      <GroupBreach path="endpoints" />
      <Items
        path="endpoints"
        names={endpoints.map((endpoint) => String(at(endpoint, 'name') ?? ''))}
        add={t('charter.addEndpoint')}
        onAdd={() => edit({ endpoints: [...endpoints, newEndpoint(document, endpoints)] })}
        onRemove={(place) => edit({ [`endpoints.${place}`]: undefined })}
        onMove={(place, to) => edit({ endpoints: moved(endpoints, place, to) })}
      >
        {(place) => <Endpoint place={place} />}
      </Items>
      <CharterField path="multiplicity" />
      <fieldset className="charter-item">
        <legend>{t('charter.at.margins')}</legend>
        <GroupBreach path="margins" />
        <div className="form row">
          <Fields of={['margins.score', 'margins.uptake']} />
        </div>
      </fieldset>
      <Thresholds />
    </Section>
  );
}

function newEndpoint(document: Parameters<typeof readingsOf>[0], others: readonly Json[]): Json {
  const reference = String(document.reference_arm ?? '');
  const [first = '', second = ''] = readingsOf(document).filter((code) => code !== reference);
  const compared = second ? [second, first] : [first, reference];
  const isFirst = !others.some((endpoint) => at(endpoint, 'role') === 'primary');
  return {
    name: '',
    role: isFirst ? 'primary' : 'secondary',
    measure: second ? 'weighted_kappa' : 'summed_score_difference',
    compare: compared,
    ...(second ? { against: reference } : {}),
    test: 'superiority',
    alpha: 0.05,
  };
}

function Endpoint({ place }: { place: number }) {
  const t = useT();
  const say = useSay();
  const { document, edit, clauses, breaches } = useEditing();
  const path = `endpoints.${place}`;
  const disabled = refusal(clauses, path) !== '';
  const stored = at(document, `${path}.compare`);
  const compared = isList(stored) ? stored.map(String) : ['', ''];
  const readings = readingsOf(document);
  const wrong = breachAt(breaches, `${path}.compare`);
  const test = String(at(document, `${path}.test`));
  return (
    <>
      <div className="form row">
        <Fields of={[`${path}.name`, `${path}.role`]} />
      </div>
      <div className="form row">
        <CharterField path={`${path}.measure`} />
        {(['tested', 'with'] as const).map((which, side) => (
          <Field key={which} label={t(`charter.compare.${which}`)} wrong={side === 0 ? wrong : null}>
            <select
              value={compared[side] ?? ''}
              disabled={disabled}
              onChange={({ target }) =>
                edit({
                  [`${path}.compare`]: compared.map((code, other) => (other === side ? target.value : code)),
                })
              }
            >
              {[...new Set([...readings, compared[side] ?? ''])].map((code) => (
                <option key={code}>{code}</option>
              ))}
            </select>
          </Field>
        ))}
        <CharterField path={`${path}.against`} />
      </div>
      <div className="form row">
        <Field label={t('charter.at.endpoints.test')} wrong={breachAt(breaches, `${path}.test`)}>
          <select
            value={test}
            disabled={disabled}
            onChange={({ target }) =>
              edit({
                [`${path}.test`]: target.value,
                [`${path}.margin`]:
                  target.value === 'superiority' ? undefined : (at(document, `${path}.margin`) ?? 1),
              })
            }
          >
            {choices['endpoints.test'].map((name) => (
              <option key={name} value={name}>
                {wordOf(name, say)}
              </option>
            ))}
          </select>
        </Field>
        {test !== 'superiority' && <CharterField path={`${path}.margin`} />}
        <CharterField path={`${path}.alpha`} />
      </div>
    </>
  );
}

/** Four falling percentages: below each, an automatic score is at least 1, 2, 3, 4. */
function Thresholds() {
  const t = useT();
  const { document, edit, clauses } = useEditing();
  const path = 'score_thresholds';
  const closed = useClosed(path);
  const stored = document[path];
  const values = isList(stored) ? stored : [];
  return (
    <fieldset className="charter-item" disabled={refusal(clauses, path) !== ''}>
      <legend>{t('charter.at.score_thresholds')}</legend>
      {closed && <p className="dim">{closed}</p>}
      <GroupBreach path={path} />
      <div className="form row">
        {values.map((value, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a threshold is its place
          <Field key={place} label={t('charter.threshold', { score: place + 1 })}>
            <input
              type="number"
              min={0}
              max={100}
              step="any"
              value={typeof value === 'number' ? value : ''}
              onChange={({ target }) =>
                edit({ [`${path}.${place}`]: target.value === '' ? null : target.valueAsNumber })
              }
            />
          </Field>
        ))}
      </div>
    </fieldset>
  );
}
