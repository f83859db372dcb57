import { type KeyboardEvent, useCallback, useEffect, useState } from 'react';
import type { Form } from '../../api';
import type { Draft } from '../../ledger/events';
import {
  arriveAtNextQuestion,
  fieldOf,
  focusNextQuestion,
  hasArrived,
  isOfAnswerBefore,
  leaveFields,
} from '../fieldFocus';

const COMPOSED = 229;

/**
 * The keys that every question has: Enter goes on to the next one, Escape back to the segments. A question that is answered by one
 * digit has gone on already: the Enter behind that digit must not leave the next question unanswered.
 */
export function useQuestionKeys(form: Form, draft: Draft) {
  const [left, setLeft] = useState<{ name: string; byItself: boolean } | null>(null);
  // The next question is known once the answer is in the draft: the answer may have made it one.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each question that was left
  useEffect(() => {
    if (left) (left.byItself ? arriveAtNextQuestion : focusNextQuestion)(form, draft, left.name);
  }, [left]);
  const onDone = useCallback((name: string) => setLeft({ name, byItself: true }), []);

  const onKeyDown = (event: KeyboardEvent) => {
    const { ctrlKey, metaKey, altKey, shiftKey, nativeEvent, target, code } = event;
    // Some browsers end the composition of a word before they tell of the key that ended it.
    if (
      nativeEvent.isComposing ||
      nativeEvent.keyCode === COMPOSED ||
      ctrlKey ||
      metaKey ||
      altKey ||
      shiftKey
    )
      return;
    const name = target instanceof Element && fieldOf(target);
    if (!name) return;
    if (code === 'Escape') leaveFields();
    else if (!isEnter(code)) return;
    else if (isOfAnswerBefore(target)) hasArrived();
    else if (!event.repeat) setLeft({ name, byItself: false });
    event.preventDefault();
    event.stopPropagation();
  };
  // Before the question itself hears of it.
  const onKeyDownCapture = ({ code }: KeyboardEvent) => {
    if (!isEnter(code)) hasArrived();
  };
  return { onDone, keys: { onKeyDown, onKeyDownCapture } };
}

function isEnter(code: string): boolean {
  return code === 'Enter' || code === 'NumpadEnter';
}
