/** A signed read as it went: every act in its order, and what stood on the screen after it. No framework, no pictures. */
import type { Form } from '../../reader/api';
import { applied, type Change, type Draft, emptyDraft, type FieldValue } from '../../reader/ledger/events';
import type { LayoutDocument } from '../../reader/picture/layout';
import type { Focus } from '../../reader/session/reading';
import { replayed } from '../../reader/session/replayed';
import { firstView, type View } from '../../reader/session/view';
import type { Answer } from '../../shared/api/client';

export type Replay = Answer<'/api/studies/{study_id}/replays/{token}', 'get'>;
export type ReplayEvent = Pick<
  Replay['events'][number],
  'seq' | 'kind' | 'state' | 'segment' | 'name' | 'value' | 'elapsed_ms'
>;
export type ReplaySheet = Pick<Replay['sheets'][number], 'step' | 'version' | 'last_seq'>;

/** What the screen showed after an act. */
export interface Moment {
  draft: Draft;
  view: View;
  focus: Focus;
  /** Which step of the read it was. */
  step: number;
  /** Milliseconds of reading before it, over all openings of the page. */
  at: number;
  /** The same with every pause cut short: where the play stands. */
  played: number;
}

export interface Recording {
  form: Form;
  display: Replay['display'];
  slots: readonly { set: number; step: number }[];
  events: readonly ReplayEvent[];
  sheets: readonly ReplaySheet[];
}

/** A reader may think for minutes; whoever watches need not wait for that. */
export const LONGEST_PAUSE_MS = 3_000;

/** The moment before the first act, and the one after each. */
export function moments(recording: Recording): Moment[] {
  const { form, events } = recording;
  let step = 1;
  let first = openingView(recording, step);
  let now: Moment = {
    draft: emptyDraft(form),
    view: first,
    focus: { state: form.states[0] ?? '', segment: 1 },
    step,
    at: 0,
    played: 0,
  };
  const found = [now];
  let before = 0;
  for (const event of events) {
    const next = stepOf(recording.sheets, event.seq);
    if (next !== step) {
      step = next;
      first = openingView(recording, step);
      now = { ...now, view: first };
    }
    // The clock of a page starts anew when it is opened again.
    const passed = event.elapsed_ms >= before ? event.elapsed_ms - before : event.elapsed_ms;
    before = event.elapsed_ms;
    now = {
      ...after(now, event, first),
      step,
      at: now.at + passed,
      played: now.played + Math.min(passed, LONGEST_PAUSE_MS),
    };
    found.push(now);
  }
  return found;
}

function after(now: Moment, event: ReplayEvent, first: View): Moment {
  const change = changeOf(event);
  if (change.kind === 'view') {
    const view = replayed(now.view, change.name, change.value, first);
    return { ...now, view, focus: (change.name === 'focus' && focusFrom(change.value)) || now.focus };
  }
  const draft = applied(now.draft, change);
  if (change.kind !== 'score') return { ...now, draft };
  return { ...now, draft, focus: { state: change.state, segment: change.segment } };
}

/** An event in the words of the reader's own ledger. */
export function changeOf({ kind, state, segment, name, value }: ReplayEvent): Change {
  if (kind === 'score') {
    return {
      kind,
      state,
      segment: segment ?? 0,
      value: value as Extract<Change, { kind: 'score' }>['value'],
    };
  }
  if (kind === 'field') return { kind, name, value: value as FieldValue | null };
  return { kind: 'view', name, value: String(value ?? '') };
}

/** "stress 4" */
function focusFrom(value: string): Focus | null {
  const [state, segment] = value.split(' ');
  return state && Number(segment) > 0 ? { state, segment: Number(segment) } : null;
}

/** The step to which an act belongs: the first one whose first signature had not been given yet; the last one afterwards. */
export function stepOf(sheets: readonly ReplaySheet[], seq: number): number {
  const open = sheets
    .filter(({ version, last_seq }) => version === 1 && last_seq >= seq)
    .map(({ step }) => step);
  return open.length > 0 ? Math.min(...open) : Math.max(1, ...sheets.map(({ step }) => step));
}

/** How the page looked when it was opened for a step: the study's table and a layout for the sets of that step. */
function openingView({ form, display, slots }: Recording, step: number): View {
  const sets = [...new Set(slots.filter((slot) => slot.step === step).map(({ set }) => set))];
  const layouts = fitting(display.layouts as LayoutDocument[], sets);
  const wanted = layouts.find(({ name }) => name === display.default_layout) ?? layouts[0];
  return firstView({ form, display: { ...display, layouts, default_layout: wanted?.name ?? '' } });
}

export function fitting(layouts: readonly LayoutDocument[], sets: readonly number[]): LayoutDocument[] {
  return layouts.filter(({ strips }) => {
    const shown = new Set(strips.map(({ set }) => set));
    return shown.size === sets.length && sets.every((set) => shown.has(set));
  });
}

/** The last moment that the play has reached. */
export function momentAt(all: readonly Moment[], played: number): number {
  let index = 0;
  while (index + 1 < all.length && (all[index + 1]?.played ?? 0) <= played) index += 1;
  return index;
}

/** 3:07, 1:02:03 */
export function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}
