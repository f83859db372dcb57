import { useState } from 'react';
import { Link } from 'wouter';
import type { Upload, UploadFile, Verdict } from '../shared/api/types';
import { bySubject } from '../shared/format';
import { useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import { Badge, Empty, Panel, type Tone } from '../shared/ui';
import { byFolder } from './folder';
import type { UploadRun } from './upload';

export const VERDICTS: readonly Verdict[] = ['accepted', 'duplicate', 'quarantined', 'refused', 'pending'];

export const VERDICT_TONE: Record<Verdict, Tone> = {
  pending: 'busy',
  accepted: 'good',
  duplicate: 'plain',
  quarantined: 'warn',
  refused: 'bad',
};

interface Named extends UploadFile {
  path: string;
}

/** What became of each file, problems first, under the names that only this browser knows. */
export function UploadResult({ run, status }: { run: UploadRun; status: Upload }) {
  const t = useT();
  const study = useStudy();
  const files: Named[] = status.files.map((file) => ({
    ...file,
    path: run.names[file.n] ?? `#${file.n + 1}`,
  }));
  const problems = files.filter(({ verdict }) => verdict === 'refused' || verdict === 'quarantined');
  const cases = [...status.cases].sort(bySubject);
  return (
    <>
      <Panel
        title={t('upload.cases')}
        aside={<Link href={`/studies/${study.id}/cases`}>{t('upload.toCases')}</Link>}
      >
        {cases.length === 0 ? (
          <p className="dim">{t(status.state === 'done' ? 'upload.noCases' : 'upload.casesSoon')}</p>
        ) : (
          <ul className="chips">
            {cases.map(({ id, subject }) => (
              <li key={id}>
                <Link className="chip" href={`/studies/${study.id}/cases/${id}`}>
                  {subject}
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      {problems.length > 0 && (
        <Panel title={t('upload.problems', { count: problems.length })} flush>
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
                {problems.map((file) => (
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
        </Panel>
      )}
      <AllFiles files={files} />
    </>
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
      {folders.map((folder) => (
        <details key={folder.name} className="folder">
          <summary>
            <span className="path">{folder.name || t('upload.top')}</span>
            <FolderCounts files={folder.items} />
          </summary>
          <ul>
            {folder.items.map((file) => (
              <li key={file.n}>
                <span className="path">{file.path.slice(folder.name ? folder.name.length + 1 : 0)}</span>
                <Badge tone={VERDICT_TONE[file.verdict]}>{t(`verdict.${file.verdict}`)}</Badge>
                <span className="dim">{file.message}</span>
              </li>
            ))}
          </ul>
        </details>
      ))}
    </Panel>
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
