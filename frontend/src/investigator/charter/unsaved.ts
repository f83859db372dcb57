/** Changes of a charter that are not stored yet survive a reload and the way back, in this tab only. */
import { isObject, type JsonObject } from './document';

const name = (studyId: string) => `charter/${studyId}`;

/** What was kept of the version that is in force; nothing where another one is by now. */
export function kept(studyId: string, sha256: string): JsonObject | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(name(studyId)) ?? 'null');
    return isObject(found) && found.sha256 === sha256 && isObject(found.document) ? found.document : null;
  } catch {
    return null;
  }
}

export function keep(studyId: string, sha256: string, document: JsonObject): void {
  try {
    sessionStorage.setItem(name(studyId), JSON.stringify({ sha256, document }));
  } catch {
    // A browser that keeps nothing still asks before the page is left.
  }
}

export function forget(studyId: string): void {
  sessionStorage.removeItem(name(studyId));
}
