/** Where the keys lead from what is in focus. */
import type { Form } from '../api';
import { along, partner } from '../heart/regions';
import { inward, outward, type StateName } from '../heart/segments';
import type { Draft } from '../ledger/events';
import { missing } from './form';
import type { Focus } from './snapshot';

/** The last of a state is followed by the first of the next state. Before the very first and behind the very last it stays. */
export function stepped(form: Form, { state, segment }: Focus, step: 1 | -1): Focus {
  const { segments } = form;
  const next = segment + step;
  if (next >= 1 && next <= segments) return { state, segment: next };
  const beside = form.states[form.states.indexOf(state) + step];
  return beside === undefined ? { state, segment } : { state: beside, segment: step === 1 ? 1 : segments };
}

/** After the last place comes what was left out. With nothing blank it stays: the next digit must not score the first anew. */
export function afterScored(form: Form, draft: Draft, focus: Focus): Focus {
  const isLast = focus.segment === form.segments && focus.state === form.states.at(-1);
  return isLast ? (firstBlank(form, draft) ?? focus) : stepped(form, focus, 1);
}

/** Up is towards the base of the heart, or the region before on the same side of the brain. */
export function across({ regions }: Form, { state, segment }: Focus, way: 'up' | 'down'): Focus {
  if (regions.length > 0) return { state, segment: along(regions, segment, way === 'up' ? -1 : 1) };
  return { state, segment: way === 'up' ? outward(segment) : inward(segment) };
}

/** The same in the next state; where there is only one, the same region of the other side. */
export function opposite(form: Form, { state, segment }: Focus): Focus {
  if (form.states.length > 1) return { state: stateAfter(form, state), segment };
  return { state, segment: partner(form.regions, segment) };
}

export function firstBlank(form: Form, draft: Draft): Focus | null {
  const place = missing(form, draft)[0];
  return place?.kind === 'segment' ? { state: place.state, segment: place.segment } : null;
}

function stateAfter({ states }: Form, state: StateName): StateName {
  return states[(states.indexOf(state) + 1) % states.length] ?? state;
}
