import { useT } from '../../../shared/i18n';
import { Button, Field } from '../../../shared/ui';
import { at, isList, type Json } from '../document';
import { refusal, useEditing, useSay } from '../editing';
import { CharterField, GroupBreach } from '../fields';
import { NameField } from '../NameField';
import { armRecoded } from '../references';
import { Items, Section } from '../Section';
import { codesOf, organOf } from '../schema';
import { wordOf } from '../words';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

export default function ArmsSection() {
  const t = useT();
  const { document, edit, clauses } = useEditing();
  const codes = codesOf(document);
  const arms = isList(document.arms) ? document.arms : [];
  const disabled = refusal(clauses, 'arms') !== '';
  return (
    <Section name="arms">
      <GroupBreach path="arms" />
      <Items
        path="arms"
        names={codes.map((code, place) => `${code} · ${at(arms[place], 'label') ?? ''}`)}
        add={t('charter.addArm')}
        onAdd={() => {
          const code = [...LETTERS].find((letter) => !codes.includes(letter)) ?? '';
          edit({ arms: [...arms, { code, label: '', steps: [[organOf(document).image_sets[0] ?? '']] }] });
        }}
        onRemove={(place) => edit({ [`arms.${place}`]: undefined })}
      >
        {(place) => (
          <>
            <div className="form row">
              <NameField
                label={t('charter.at.arms.code')}
                hint={t('charter.hint.arms.code')}
                longest={8}
                stored={codes[place] ?? ''}
                others={codes.toSpliced(place, 1)}
                disabled={disabled}
                onRename={(code) => edit(armRecoded(document, place, code))}
              />
              <CharterField path={`arms.${place}.label`} />
            </div>
            <Steps place={place} disabled={disabled} />
          </>
        )}
      </Items>
      <CharterField path="reference_arm" />
    </Section>
  );
}

/** What is shown in each step of a read in this arm: one picture, or two side by side. */
function Steps({ place, disabled }: { place: number; disabled: boolean }) {
  const t = useT();
  const { document, edit } = useEditing();
  const path = `arms.${place}.steps`;
  const stored = at(document, path);
  const steps = isList(stored) ? stored : [];
  const sets = organOf(document).image_sets;
  return (
    <div className="charter-steps">
      {steps.map((step, number) => {
        const shown = isList(step) ? step.map(String) : [];
        const set = (chosen: Json[]) => edit({ [`${path}.${number}`]: chosen.filter(Boolean) });
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
          <div key={number} className="charter-step">
            <Field label={t('charter.stepShows', { number: number + 1 })}>
              <SetChoice
                sets={sets}
                value={shown[0] ?? ''}
                disabled={disabled}
                onChoose={(first) => set([first, shown[1] ?? ''])}
              />
            </Field>
            <Field label={t('charter.beside')}>
              <SetChoice
                sets={sets}
                value={shown[1] ?? ''}
                none={t('charter.nothingBeside')}
                disabled={disabled}
                onChoose={(second) => set([shown[0] ?? '', second])}
              />
            </Field>
            {!disabled && steps.length > 1 && (
              <Button look="quiet" onClick={() => edit({ [`${path}.${number}`]: undefined })}>
                {t('charter.removeStep', { number: number + 1 })}
              </Button>
            )}
          </div>
        );
      })}
      {!disabled && steps.length < 4 && (
        <Button look="quiet" onClick={() => edit({ [path]: [...steps, [sets[0] ?? '']] })}>
          {t('charter.addStep')}
        </Button>
      )}
    </div>
  );
}

interface SetChoiceProps {
  sets: readonly string[];
  value: string;
  none?: string;
  disabled: boolean;
  onChoose: (value: string) => void;
  id?: string;
}

function SetChoice({ sets, value, none, disabled, onChoose, ...rest }: SetChoiceProps) {
  const say = useSay();
  return (
    <select {...rest} value={value} disabled={disabled} onChange={(event) => onChoose(event.target.value)}>
      {none !== undefined && <option value="">{none}</option>}
      {value !== '' && !sets.includes(value) && <option value={value}>{value}</option>}
      {sets.map((name) => (
        <option key={name} value={name}>
          {wordOf(name, say)}
        </option>
      ))}
    </select>
  );
}
