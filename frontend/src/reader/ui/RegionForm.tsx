/**
 * The scores of a brain: a map and a table of regions with both sides. What the two sides differ by is worked out; what the
 * reader makes of it is asked in the same row, once one of them is scored.
 */
import { useCallback } from 'react';
import { useT } from '../../shared/i18n';
import type { Form } from '../api';
import { type Pair, pairs, sideOf } from '../heart/regions';
import type { StateName } from '../heart/segments';
import { type Draft, type FieldValue, markOf, marksOf } from '../ledger/events';
import { regionName, siteName, stateName } from '../names';
import '../style/questions.css';
import '../style/regions.css';
import { sideDifference } from '../session/checks';
import { asked, sites } from '../session/form';
import type { Focus } from '../session/reading';
import { useQuestionKeys } from './questions/useQuestionKeys';
import { RegionMap } from './RegionMap';
import { RegionQuestion } from './RegionQuestion';
import { asymmetryOf } from './regions';
import { ScoreCell } from './ScoreTable';

/** As in the map and the pictures: the patient's right at the viewer's left. */
const VIEWED = ['right', 'left'] as const;

interface RegionFormProps {
  form: Form;
  draft: Draft;
  focus: Focus;
  disabled: boolean;
  /** What the two sides differ by is shown only where the study shows sums while reading. */
  withDifference: boolean;
  onFocus: (focus: Focus) => void;
  /** Where the study lets a press score. */
  onPress?: (focus: Focus) => void;
  onHover: (focus: Focus | null) => void;
  onAnswer: (name: string, value: FieldValue | null) => void;
}

export function RegionForm(props: RegionFormProps) {
  return (
    <div className="reader-regions" data-regions="">
      {props.form.states.map((state) => (
        <OneState key={state} state={state} {...props} />
      ))}
    </div>
  );
}

function OneState(props: RegionFormProps & { state: StateName }) {
  const { form, draft, focus, disabled, withDifference, state, onFocus, onPress, onHover, onAnswer } = props;
  const t = useT();
  const { onDone, keys } = useQuestionKeys(form, draft);
  const open = asked(form, draft);
  const at = useCallback((site: number) => ({ state, segment: site }), [state]);
  const paired = pairs(form.regions);
  const single = sites(form).filter((site) =>
    paired.every(({ left, right }) => site !== left && site !== right),
  );
  const cell = (site: number) => (
    <ScoreCell
      key={site}
      mark={markOf(draft, state, site)}
      now={focus.state === state && focus.segment === site}
      label={`${siteName(t, form, site)}, ${stateName(t, state)}`}
      onFocus={() => (onPress ?? onFocus)(at(site))}
    />
  );
  return (
    // The questions inside have the focus; their keys arrive here.
    <div className="reader-region-state" {...keys}>
      <RegionMap
        form={form}
        state={state}
        marks={marksOf(draft, state)}
        focus={focus.state === state ? focus.segment : null}
        onFocus={(site) => onFocus(at(site))}
        onPress={onPress && ((site) => onPress(at(site)))}
        onHover={(site) => onHover(site === null ? null : at(site))}
      />
      <table className="reader-scores regions">
        <caption className="visually-hidden">
          {t('reader.regions.caption', { state: stateName(t, state) })}
        </caption>
        <thead>
          <tr>
            <th scope="col">{t('reader.regions.region')}</th>
            {VIEWED.map((side) => (
              <th
                key={side}
                scope="col"
                className={sideOf(form.regions[focus.segment - 1]) === side ? 'now' : ''}
              >
                {t(`reader.side.${side}`)}
              </th>
            ))}
            {withDifference && (
              <th scope="col">
                <abbr title={t('reader.regions.differenceName')}>{t('reader.regions.difference')}</abbr>
              </th>
            )}
            <th scope="col">{t('reader.regions.asymmetry')}</th>
          </tr>
        </thead>
        <tbody>
          {paired.map((pair) => (
            <tr key={pair.name} className={isIn(pair, focus.segment) ? 'now' : ''}>
              <th scope="row">{regionName(t, pair.name)}</th>
              {VIEWED.map((side) => cell(pair[side]))}
              {withDifference && <Difference value={sideDifference(draft, state, pair)} />}
              <td className="asymmetry">
                <Asymmetry
                  form={form}
                  pair={pair}
                  draft={draft}
                  open={open.some(({ name }) => name === asymmetryOf(form, pair)?.name)}
                  disabled={disabled}
                  onAnswer={onAnswer}
                  onDone={onDone}
                />
              </td>
            </tr>
          ))}
          {single.map((site) => (
            <tr key={site} className={site === focus.segment ? 'now' : ''}>
              <th scope="row">{siteName(t, form, site)}</th>
              {cell(site)}
              <td colSpan={withDifference ? 3 : 2} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function isIn({ left, right }: Pair, site: number): boolean {
  return site === left || site === right;
}

/** Which side is the more reduced, and by how much. */
function Difference({ value }: { value: number | null }) {
  const t = useT();
  if (value === null || value === 0) return <td className="difference">{value === 0 ? '=' : ''}</td>;
  const side = value > 0 ? 'left' : 'right';
  return (
    <td className="difference">
      <abbr title={t('reader.regions.lower', { side: t(`reader.side.${side}`), count: Math.abs(value) })}>
        {t(`reader.side.${side}.short`)} {Math.abs(value)}
      </abbr>
    </td>
  );
}

interface AsymmetryProps {
  form: Form;
  pair: Pair;
  draft: Draft;
  open: boolean;
  disabled: boolean;
  onAnswer: RegionFormProps['onAnswer'];
  onDone: (name: string) => void;
}

function Asymmetry({ form, pair, draft, open, disabled, onAnswer, onDone }: AsymmetryProps) {
  const field = asymmetryOf(form, pair);
  if (!field) return null;
  return (
    <RegionQuestion
      field={field}
      value={open ? draft.fields[field.name] : undefined}
      asked={open}
      disabled={disabled}
      onAnswer={onAnswer}
      onDone={onDone}
    />
  );
}
