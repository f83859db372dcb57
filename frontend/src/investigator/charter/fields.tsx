import { useId, useState } from 'react';
import { useT } from '../../shared/i18n';
import { Field } from '../../shared/ui';
import { at, isList, pattern } from './document';
import { breachAt, refusal, useEditing, useSay } from './editing';
import { LEAVES, type Leaf } from './schema';
import { FREE, wordOf } from './words';

interface Props {
  path: string;
}

/** One field of the charter, asked for as the schema says, with the sentence of the rule that it breaks. */
export function CharterField({ path }: Props) {
  const leaf = LEAVES[pattern(path)];
  if (!leaf) return null;
  if (leaf.kind === 'flag') return <Flag path={path} />;
  if (leaf.kind === 'several') return <Several path={path} leaf={leaf} />;
  if (leaf.kind === 'choice') return <Choice path={path} leaf={leaf} />;
  if (leaf.kind === 'text') return <Text path={path} leaf={leaf} />;
  return <NumberField path={path} leaf={leaf} />;
}

/** What every kind of field shows: its name, its hint, why it is closed, what is wrong. */
function useField(path: string) {
  const { document, edit, breaches, clauses } = useEditing();
  const say = useSay();
  const name = pattern(path);
  const closed = useClosed(path);
  const hint = say(`charter.hint.${name}`);
  return {
    value: at(document, path),
    set: (value: Parameters<typeof edit>[0][string]) => edit({ [path]: value }),
    document,
    say,
    disabled: refusal(clauses, path) !== '',
    words: {
      label: say(`charter.at.${name}`) ?? name,
      hint: closed ?? hint,
      wrong: breachAt(breaches, path),
    },
  };
}

function Text({ path, leaf }: Props & { leaf: Leaf }) {
  const { value, set, disabled, words } = useField(path);
  return (
    <Field {...words}>
      <input
        value={typeof value === 'string' ? value : ''}
        maxLength={200}
        disabled={disabled}
        onChange={({ target }) => set(leaf.optional && target.value === '' ? undefined : target.value)}
      />
    </Field>
  );
}

function NumberField({ path, leaf }: Props & { leaf: Leaf }) {
  const t = useT();
  const { value, set, disabled, words } = useField(path);
  const number = typeof value === 'number' ? value : null;
  // What is being typed, such as "0." on the way to "0.05", is kept while it means the same number.
  const [typed, setTyped] = useState('');
  const text = typed !== '' && Number(typed) === number ? typed : (number?.toString() ?? '');
  const missing = number === null && !leaf.optional ? t('charter.numberNeeded') : null;
  return (
    <Field {...words} wrong={words.wrong ?? missing}>
      <input
        type="number"
        value={text}
        min={leaf.least}
        max={leaf.most}
        step={leaf.kind === 'whole' ? 1 : (leaf.step ?? 'any')}
        placeholder={leaf.optional ? t('charter.noLimit') : undefined}
        disabled={disabled}
        onChange={(event) => {
          setTyped(event.target.value);
          set(event.target.value === '' ? undefined : event.target.valueAsNumber);
        }}
      />
    </Field>
  );
}

function Choice({ path, leaf }: Props & { leaf: Leaf }) {
  const t = useT();
  const { value, set, document, say, disabled, words } = useField(path);
  const offered = leaf.of?.(document) ?? [];
  const chosen = typeof value === 'string' ? value : '';
  const unknown = chosen !== '' && !offered.includes(chosen);
  return (
    <Field {...words}>
      <select
        value={chosen}
        disabled={disabled}
        onChange={(event) => set(event.target.value === '' ? undefined : event.target.value)}
      >
        {(leaf.optional || chosen === '') && <option value="">{t('charter.none')}</option>}
        {unknown && <option value={chosen}>{chosen}</option>}
        {offered.map((name) => (
          <option key={name} value={name}>
            {FREE.has(pattern(path)) ? name : wordOf(name, say)}
          </option>
        ))}
      </select>
    </Field>
  );
}

function Flag({ path }: Props) {
  const { value, set, disabled, words } = useField(path);
  const id = useId();
  return (
    <div className="field">
      <label className="inline">
        <input
          type="checkbox"
          checked={value === true}
          disabled={disabled}
          aria-describedby={words.hint || words.wrong ? id : undefined}
          onChange={(event) => set(event.target.checked)}
        />
        {words.label}
      </label>
      <span id={id}>
        {words.hint && <span className="hint">{words.hint}</span>}
        {words.wrong && (
          <span className="wrong" role="alert">
            {words.wrong}
          </span>
        )}
      </span>
    </div>
  );
}

function Several({ path, leaf }: Props & { leaf: Leaf }) {
  const { value, set, document, say, disabled, words } = useField(path);
  const chosen = isList(value) ? value : [];
  const offered = leaf.of?.(document) ?? [];
  if (offered.length === 0) return null;
  return (
    <fieldset className="field charter-several" disabled={disabled}>
      <legend>{words.label}</legend>
      {words.hint && <span className="hint">{words.hint}</span>}
      <div className="charter-boxes">
        {offered.map((name) => (
          <label key={name} className="inline">
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              // In the order in which they are offered, so that ticking and unticking gives the same document.
              onChange={({ target }) =>
                set(offered.filter((one) => (one === name ? target.checked : chosen.includes(one))))
              }
            />
            {wordOf(name, say)}
          </label>
        ))}
      </div>
      {words.wrong && (
        <span className="wrong" role="alert">
          {words.wrong}
        </span>
      )}
    </fieldset>
  );
}

/** Why a field that is drawn by hand may no longer be changed; undefined where it may, or where its section says so. */
export function useClosed(path: string): string | undefined {
  const t = useT();
  const { clauses, closed } = useEditing();
  const why = refusal(clauses, path);
  return why && !closed ? t('charter.closed', { why }) : undefined;
}

/** The sentence of a rule that is broken by a group of fields together. */
export function GroupBreach({ path }: Props) {
  const wrong = breachAt(useEditing().breaches, path);
  if (!wrong) return null;
  return (
    <p className="charter-breach" role="alert">
      {wrong}
    </p>
  );
}

/** Fields one below the other, by their places. */
export function Fields({ of }: { of: readonly string[] }) {
  return of.map((path) => <CharterField key={path} path={path} />);
}
