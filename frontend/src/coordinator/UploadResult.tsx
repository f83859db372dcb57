import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { ask } from '../shared/api/client';
import type { Upload, UploadFile, Verdict } from '../shared/api/types';
import { bySubject } from '../shared/format';
import { useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import { Badge, Banner, Button, Empty, Panel, type Tone } from '../shared/ui';
import { byFolder, type Folder } from './folder';
import { KeptPanel } from './review/KeptPanel';
import type { Person, UploadRun } from './run';

export const VERDICTS: readonly Verdict[] = ['accepted', 'duplicate', 'quarantined', 'refused', 'pending'];

export const VERDICT_TONE: Record<Verdict, Tone> = {
  pending: 'busy',
  accepted: 'good',
  duplicate: 'plain',
  quarantined: 'warn',
  refused: 'bad',
};

/** Rows drawn at once; a folder may hold thousands of reports. */
const PAGE = 100;

interface Named extends UploadFile {
  path: string;
}

/** What became of each file, problems first, under the names that only this browser knows. */
export function UploadResult({ run, status: heard }: { run: UploadRun; status: Upload }) {
  const t = useT();
  const study = useStudy();
  // Asked for again when the language changes: the reasons are sentences of the server.
  const again = useQuery({
    queryKey: ['upload', heard.id, heard.state],
    queryFn: ({ signal }) => ask('/api/uploads/{upload_id}', { upload_id: heard.id }, { signal }),
    initialData: heard,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: heard.state === 'done',
  });
  const status = heard.state === 'done' ? again.data : heard;
  const files: Named[] = status.files.map((file) => ({
    ...file,
    path: run.names[file.n] ?? `#${file.n + 1}`,
  }));
  const apart = files.filter(({ verdict }) => verdict === 'quarantined').length;
  const problems = files.filter(({ verdict }) => verdict === 'refused' || verdict === 'quarantined');
  return (
    <>
      <CasesOf run={run} status={status} />
      {apart > 0 && (
        <Banner
          tone="warn"
          action={
            <Link className="button" href={`/studies/${study.id}/quarantine`}>
              {t('upload.toQuarantine')}
            </Link>
          }
        >
          {t('upload.apart', { count: apart })}
        </Banner>
      )}
      {problems.length > 0 && <Problems files={problems} />}
      <AllFiles files={files} />
      {run.kept.length > 0 && <KeptPanel kept={run.kept} />}
    </>
  );
}

/** Which case each patient became: only this screen knows both, and only while it is open. */
function CasesOf({ run, status }: { run: UploadRun; status: Upload }) {
  const t = useT();
  const study = useStudy();
  const cases = [...status.cases].sort(bySubject);
  const people = peopleOf(run, status);
  return (
    <Panel
      title={t('upload.cases')}
      flush={cases.length > 0}
      aside={<Link href={`/studies/${study.id}/cases`}>{t('upload.toCases')}</Link>}
    >
      {cases.length === 0 ? (
        <p className="dim">{t(status.state === 'done' ? 'upload.noCases' : 'upload.casesSoon')}</p>
      ) : (
        <>
          {people.size > 0 && (
            <div className="panel-lead with-button">
              <p className="dim">{t('upload.casesLead')}</p>
              <Button onClick={() => save('cases.csv', listOf(cases, people))}>{t('upload.saveList')}</Button>
            </div>
          )}
          <div className="table-frame short-table">
            <table className="table">
              <thead>
                <tr>
                  <th scope="col">{t('cases.case')}</th>
                  {people.size > 0 && <th scope="col">{t('upload.patientHere')}</th>}
                  <th scope="col">{t('upload.certificate')}</th>
                </tr>
              </thead>
              <tbody>
                {cases.map(({ id, subject }) => (
                  <tr key={id}>
                    <th scope="row">
                      <Link href={`/studies/${study.id}/cases/${id}`}>{subject}</Link>
                    </th>
                    {people.size > 0 && (
                      <td>
                        {(people.get(id) ?? []).map(({ name, id: patientId }) => (
                          <span key={patientId} className="person">
                            {name || t('review.noName')} <span className="dim">{patientId}</span>
                          </span>
                        ))}
                      </td>
                    )}
                    <td>
                      {status.state === 'done' && (
                        <a
                          href={`/api/cases/${id}/certificate.pdf`}
                          target="_blank"
                          rel="noreferrer"
                          aria-label={t('upload.certificateOf', { subject })}
                        >
                          PDF
                        </a>
                      )}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Panel>
  );
}

/** The patients of each case, from the files that this browser sent. */
function peopleOf({ people }: UploadRun, status: Upload): Map<string, Person[]> {
  const found = new Map<string, Person[]>();
  for (const file of status.files) {
    const person = people.get(file.n);
    if (!person || !file.case) continue;
    const known = found.get(file.case);
    if (!known) found.set(file.case, [person]);
    else if (!known.some(({ id }) => id === person.id)) known.push(person);
  }
  return found;
}

/** For the site's own file: made in this browser, sent nowhere. Cells that a spreadsheet would compute are quoted text. */
export function listOf(
  cases: readonly { id: string; subject: string }[],
  people: ReadonlyMap<string, readonly Person[]>,
): string {
  const cell = (text: string) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
  const lines = cases.flatMap(({ id, subject }) =>
    (people.get(id) ?? []).map((person) => [subject, person.id, person.name].map(cell).join(',')),
  );
  return `\ufeffcase,patient_id,patient_name\r\n${lines.join('\r\n')}\r\n`;
}

function save(name: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function Problems({ files }: { files: Named[] }) {
  const t = useT();
  const [shown, setShown] = useState(PAGE);
  return (
    <Panel title={t('upload.problems', { count: files.length })} flush>
      <div className="table-frame">
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t('upload.file')}</th>
              <th scope="col">{t('upload.verdict')}</th>
              <th scope="col">{t('upload.reason')}</th>
            </tr>
          </thead>
          <tbody>
            {files.slice(0, shown).map((file) => (
              <tr key={file.n}>
                <th scope="row" className="path">
                  {file.path}
                </th>
                <td>
                  <Badge tone={VERDICT_TONE[file.verdict]}>{t(`verdict.${file.verdict}`)}</Badge>
                </td>
                <td>{file.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {files.length > shown && (
        <p className="more">
          <Button onClick={() => setShown(shown + PAGE)}>
            {t('upload.moreFiles', { count: files.length - shown })}
          </Button>
        </p>
      )}
    </Panel>
  );
}

function AllFiles({ files }: { files: Named[] }) {
  const t = useT();
  const [shown, setShown] = useState<Verdict | null>(null);
  const counts = new Map<Verdict, number>();
  for (const { verdict } of files) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const folders = byFolder(shown ? files.filter(({ verdict }) => verdict === shown) : files);
  return (
    <Panel title={t('upload.allFiles')} flush>
      <fieldset className="filters" aria-label={t('upload.filter')}>
        <FilterButton on={shown === null} onClick={() => setShown(null)}>
          {t('upload.all', { count: files.length })}
        </FilterButton>
        {VERDICTS.filter((verdict) => counts.has(verdict)).map((verdict) => (
          <FilterButton key={verdict} on={shown === verdict} onClick={() => setShown(verdict)}>
            {t(`verdict.${verdict}`)} {counts.get(verdict)}
          </FilterButton>
        ))}
      </fieldset>
      {folders.length === 0 && <Empty title={t('upload.noFiles')} />}
      <div className="folders">
        {folders.map((folder) => (
          <FilesOf key={folder.name} folder={folder} />
        ))}
      </div>
    </Panel>
  );
}

/** The files of a folder are drawn when it is opened. */
function FilesOf({ folder }: { folder: Folder<Named> }) {
  const t = useT();
  const [open, setOpen] = useState(false);
  return (
    <details className="folder" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        <span className="path">{folder.name || t('upload.top')}</span>
        <FolderCounts files={folder.items} />
      </summary>
      {open && (
        <ul>
          {folder.items.map((file) => (
            <li key={file.n}>
              <span className="path">{file.path.slice(folder.name ? folder.name.length + 1 : 0)}</span>
              <Badge tone={VERDICT_TONE[file.verdict]}>{t(`verdict.${file.verdict}`)}</Badge>
              <span className="dim">{file.message}</span>
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

function FilterButton({
  on,
  onClick,
  children,
}: {
  on: boolean;
  onClick: () => void;
  children: React.ReactNode;
}) {
  return (
    <button type="button" className="chip" aria-pressed={on} onClick={onClick}>
      {children}
    </button>
  );
}

function FolderCounts({ files }: { files: Named[] }) {
  const t = useT();
  return (
    <span className="folder-counts">
      {VERDICTS.map((verdict) => {
        const count = files.filter((file) => file.verdict === verdict).length;
        return (
          count > 0 && (
            <Badge key={verdict} tone={VERDICT_TONE[verdict]}>
              {t(`verdict.${verdict}`)} {count}
            </Badge>
          )
        );
      })}
    </span>
  );
}
