import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useReducer, useState } from 'react';
import { tell } from '../../shared/api/client';
import { filled, isSame, type Json, type JsonObject, sorted } from './document';
import type { Breach } from './editing';
import { begun, following } from './history';
import { forget, keep, kept } from './unsaved';

const PAUSE_MS = 350;
const NONE: readonly Breach[] = [];

/** What is in force, and what becomes of it in the editor. */
export interface Base {
  sha256: string;
  document: JsonObject;
}

/** A charter that is being edited: every change can be taken back, and the server says what is wrong with it. */
export function useCharter(studyId: string, base: Base) {
  const [restored] = useState(() => kept(studyId, base.sha256));
  const [history, change] = useReducer(following, restored ?? base.document, (document) =>
    begun(filled(document)),
  );
  const document = history.present;
  const isChanged = useMemo(() => !isSame(document, base.document), [document, base.document]);

  useEffect(() => {
    if (isChanged) keep(studyId, base.sha256, document);
    else forget(studyId);
  }, [studyId, base.sha256, document, isChanged]);

  const asked = usePaused(document);
  const check = useQuery({
    queryKey: ['charter-check', studyId, sorted(asked)],
    queryFn: () => tell('/api/studies/{study_id}/protocol/check', { study_id: studyId }, { document: asked }),
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });

  const edit = useCallback(
    (values: Readonly<Record<string, Json | undefined>>) => change({ kind: 'edit', values }),
    [],
  );
  const replace = useCallback((next: JsonObject) => change({ kind: 'replace', document: filled(next) }), []);
  return {
    document,
    edit,
    replace,
    undo: useCallback(() => change({ kind: 'undo' }), []),
    redo: useCallback(() => change({ kind: 'redo' }), []),
    canUndo: history.past.length > 0,
    canRedo: history.future.length > 0,
    isChanged,
    wasRestored: restored !== null,
    breaches: check.data?.breaches ?? NONE,
    checkFailed: check.error,
    /** Whether what was said of it is said of what it is now. */
    isChecked: check.isSuccess && !check.isPlaceholderData && asked === document,
  };
}

export type Charter = ReturnType<typeof useCharter>;

/** A value, once it has rested for a moment. */
function usePaused<V>(value: V): V {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const waiting = setTimeout(() => setRested(value), PAUSE_MS);
    return () => clearTimeout(waiting);
  }, [value]);
  return rested;
}
