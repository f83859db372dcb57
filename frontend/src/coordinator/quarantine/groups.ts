import type { WaitingFile } from '../../shared/api/types';

/** Files of one upload, patient and series that wait for the same reason: one decision may serve all of them. */
export interface Group {
  key: string;
  upload: string;
  code: string;
  message: string;
  site: string;
  /** What the first of them shows: all of them show the same; null if they cannot say it. */
  shows: WaitingFile['shows'];
  case: WaitingFile['case'];
  /** The same for files of one patient; empty without a patient ID. */
  patient: string;
  /** Empty if the files do not say to which series they belong. */
  series: string;
  helps: WaitingFile['helps'];
  /** Where nothing helps: what to do instead. */
  instead: string;
  /** When the first of them is destroyed. */
  expiresAt: string;
  sentAt: string;
  files: readonly WaitingFile[];
}

/** In the order in which the files came: those that are destroyed first come first. */
export function groupsOf(files: readonly WaitingFile[]): Group[] {
  const groups = new Map<string, WaitingFile[]>();
  for (const file of files) {
    const { kind, state } = file.shows ?? {};
    const key = [file.upload, file.code, file.patient, file.series, kind, state].join('/');
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups].map(([key, members]) => {
    const first = members[0] as WaitingFile;
    return {
      key,
      upload: first.upload,
      code: first.code,
      message: first.message,
      site: first.site.code,
      shows: first.shows,
      case: first.case,
      patient: first.patient,
      series: first.series,
      helps: first.helps,
      instead: first.instead,
      expiresAt: members.reduce(
        (day, { expires_at }) => (expires_at < day ? expires_at : day),
        first.expires_at,
      ),
      sentAt: first.created_at,
      files: members,
    };
  });
}

/** Whether one decision is offered for all files of a group before anybody asks: never where one image replaces another. */
export function isOneDecision(group: Group): boolean {
  return group.series !== '' && group.helps.length > 0 && !group.helps.includes('replace');
}

/** What was answered about one file; fields as the server takes them. */
export interface Decision {
  state?: 'stress' | 'rest';
  patient_id?: string;
  replace?: string;
}

/** Whether a decision says all that a group's reason asks for. */
export function isWhole(helps: WaitingFile['helps'], decision: Decision): boolean {
  return helps.length > 0 && helps.every((what) => what !== 'pixels' && Boolean(decision[what]?.trim()));
}
