import { useMemo, useState } from 'react';
import { type T, useT } from '../../shared/i18n';
import { AiBadge, Banner, Panel } from '../../shared/ui';
import { Headline } from './Headline';
import { FilledIn, Origin } from './Origin';
import { ReaderAgreement } from './ReaderAgreement';
import type { Result, StateName } from './result';
import { Segments } from './Segments';
import { Sums } from './Sums';

/** The findings, from the sentence a reader of the paper wants to the table a statistician wants. */
export function Findings({ result: given }: { result: Result }) {
  const t = useT();
  const result = useMemo(() => named(given, t), [given, t]);
  const [state, setState] = useState<StateName>('stress');
  return (
    <>
      <Headline result={result} />
      <Panel
        title={t('report.segments')}
        aside={
          <Choice name={t('report.state')} value={state} options={result.design.states} onChange={setState} />
        }
      >
        <Segments result={result} state={state} />
      </Panel>
      <FilledIn result={result} state={state} />
      <ReaderAgreement result={result} />
      <Sums result={result} />
      <Origin result={result} />
      {result.provenance.models.length > 0 && (
        <Banner tone="warn">
          <AiBadge /> {t('ai.notice')}
        </Banner>
      )}
    </>
  );
}

/** Arms under the names of their images in the language of the page; the protocol's labels have only one. */
function named(result: Result, t: T): Result {
  // An arm that shows one image is called by it, in the reader's language; another by what its protocol says.
  const arms = result.design.arms.map((arm) => ({
    ...arm,
    label: (arm.steps ?? []).flat().length > 1 ? arm.label : t(`set.${arm.image_set}`),
  }));
  return { ...result, design: { ...result.design, arms } };
}

interface ChoiceProps {
  name: string;
  value: StateName;
  options: readonly StateName[];
  onChange: (state: StateName) => void;
}

function Choice({ name, value, options, onChange }: ChoiceProps) {
  const t = useT();
  return (
    <fieldset className="choice" aria-label={name}>
      {options.map((option) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
          {t(`state.${option}`)}
        </button>
      ))}
    </fieldset>
  );
}
