import type { WaitingFile } from '../../shared/api/types';

/** Files of one upload that wait for the same reason: one decision may serve all of them. */
export interface Group {
  key: string;
  upload: string;
  code: string;
  message: string;
  site: string;
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
    const key = `${file.upload}/${file.code}`;
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
