import { useMemo, useRef } from 'react';
import { levelAt } from '../heart/correspondence';
import { sector } from '../heart/segments';
import type { Arrangement, Tile } from '../picture/layout';
import type { Volumes } from '../picture/painter';
import type { ViewName } from '../picture/slices';
import { perform } from '../session/commands';
import { type Place, scored } from '../session/form';
import type { Command } from '../session/keys';
import type { Focus, Reading } from '../session/reading';
import { arriveAtNextQuestion, focusComment, focusField, focusNextQuestion, leaveFields } from './fieldFocus';
import type { Pointing } from './pointing';

/** What a key or a button can open over the page. */
export type Opened =
  | { kind: 'sign' | 'keys' | 'normal' | 'gated' | 'projections' }
  | { kind: 'lightbox'; start: Tile };

type CineKind = 'gated' | 'projections';

interface Commands {
  run: (command: Command) => void;
  go: (place: Place) => void;
  /** To the first question that is still open, if all is scored. */
  onToQuestions: () => void;
}

/** What every command of the page does. Always the same functions, so that what they are handed to need not be drawn again. */
export function useCommands(
  reading: Reading,
  pointing: Pointing,
  pictures: { arrangement: Arrangement; volumes: Volumes },
  open: (opened: Opened) => void,
  onNoCine: (kind: CineKind) => void,
): Commands {
  const shown = useRef(pictures);
  shown.current = pictures;
  return useMemo(
    () => commandsOf(reading, pointing, () => shown.current, open, onNoCine),
    [reading, pointing, open, onNoCine],
  );
}

function commandsOf(
  reading: Reading,
  pointing: Pointing,
  shown: () => { arrangement: Arrangement; volumes: Volumes },
  open: (opened: Opened) => void,
  onNoCine: (kind: CineKind) => void,
): Commands {
  const { form, cines } = reading.read;
  const isComplete = () => {
    const { done, total } = scored(form, reading.snapshot().draft);
    return done === total;
  };
  const onToQuestions = () => {
    if (isComplete()) arriveAtNextQuestion(form, reading.snapshot().draft, null);
  };
  const go = (place: Place) => {
    if (place.kind === 'field') return focusField(place.name);
    leaveFields();
    reading.focus({ state: place.state, segment: place.segment });
  };
  const openCine = (kind: CineKind) => {
    if (!cines.some((cine) => cine.kind === kind)) return onNoCine(kind);
    reading.note('cine', kind);
    open({ kind });
  };
  const run = (command: Command) => {
    const { writable, draft, focus } = reading.snapshot();
    switch (command) {
      case 'read.finish':
        return open({ kind: 'sign' });
      case 'show.keys':
        return open({ kind: 'keys' });
      case 'show.cine':
        return openCine('gated');
      case 'show.projections':
        return openCine('projections');
      case 'show.lightbox': {
        const start = pointing.tile ?? tileOf(shown(), focus);
        if (!start) return;
        reading.note('lightbox', `${start.view} ${start.state}`);
        return open({ kind: 'lightbox', start });
      }
      case 'show.fullScreen':
        return toggleFullScreen();
      case 'score.allNormal':
        return writable ? open({ kind: 'normal' }) : undefined;
      case 'field.next':
        return focusNextQuestion(form, draft);
      case 'field.comment':
        return focusComment();
      case 'field.leave':
        return leaveFields();
    }
    const wasComplete = isComplete();
    perform(command, reading, pointing.tile?.view ?? firstView(shown().arrangement));
    const after = reading.snapshot().draft;
    // The last score leads on to the questions; taking a score back leads back to the segments.
    if (command.startsWith('score.') && !wasComplete) onToQuestions();
    else if (command.startsWith('history.') && draft.scores !== after.scores) leaveFields();
  };
  return { run, go, onToQuestions };
}

function firstView({ tiles }: Arrangement): ViewName {
  return tiles[0]?.view ?? 'SA';
}

/** Without a pointer over the slices: the middle one of those that cut the segment in focus, of its state. */
function tileOf(
  { arrangement, volumes }: { arrangement: Arrangement; volumes: Volumes },
  { state, segment }: Focus,
): Tile | undefined {
  const own = arrangement.tiles.filter(
    (tile) => tile.state === state && tile.set === 1 && tile.view === firstView(arrangement),
  );
  const cut = own.filter(({ key, plane }) => {
    const { ventricle, spacing } = volumes[key] ?? { ventricle: null, spacing: 1 };
    return ventricle && levelAt(ventricle, spacing, plane.centre[2]) === sector(segment).level;
  });
  const found = cut.length > 0 ? cut : own;
  return found[Math.floor(found.length / 2)];
}

function toggleFullScreen(): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen().catch(() => undefined);
}
