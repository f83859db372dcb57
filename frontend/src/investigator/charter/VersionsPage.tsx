import { useState } from 'react';
import { formatTime, shortDigest } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Badge, Banner, Button, Failure, Loading, PageHead, Panel } from '../../shared/ui';
import { CharterTabs } from './CharterTabs';
import type { Json, JsonObject } from './document';
import { CharterInWords, InWords, PlaceInWords } from './InWords';
import { useDifferences, useVersion, useVersions } from './queries';

/** Every version of the charter: who stored it, when and why, who signed it, and how any two differ. */
export default function VersionsPage() {
  const t = useT();
  const study = useStudy();
  const versions = useVersions(study.id);
  const newest = versions.data?.[0]?.version ?? 1;
  const [chosen, setChosen] = useState<{ from?: number; to?: number }>({});
  const [read, setRead] = useState<number | null>(null);
  const from = chosen.from ?? Math.max(1, newest - 1);
  const to = chosen.to ?? newest;
  return (
    <>
      <PageHead title={t('versions.title')} lead={t('versions.lead')} />
      <CharterTabs />
      {versions.error && <Failure error={versions.error} retry={() => void versions.refetch()} />}
      {versions.isPending && <Loading />}
      {versions.data && (
        <>
          <List versions={versions.data} read={read} onRead={setRead} />
          {read !== null && <OneVersion version={read} onClose={() => setRead(null)} />}
          <Panel title={t('versions.difference')}>
            <div className="stack">
              <div className="actions">
                {(['from', 'to'] as const).map((side) => (
                  <label key={side} className="inline">
                    {t(`versions.${side}`)}
                    <select
                      value={side === 'from' ? from : to}
                      onChange={({ target }) => setChosen({ from, to, [side]: Number(target.value) })}
                    >
                      {versions.data.map(({ version }) => (
                        <option key={version} value={version}>
                          {t('protocol.version', { version })}
                        </option>
                      ))}
                    </select>
                  </label>
                ))}
              </div>
              <Difference from={from} to={to} />
            </div>
          </Panel>
        </>
      )}
    </>
  );
}

interface ListProps {
  versions: NonNullable<ReturnType<typeof useVersions>['data']>;
  read: number | null;
  onRead: (version: number | null) => void;
}

function List({ versions, read, onRead }: ListProps) {
  const t = useT();
  const lang = useLanguage();
  const study = useStudy();
  const file = (version: number, notation: string) =>
    `/api/studies/${study.id}/protocol/export?version=${version}&notation=${notation}`;
  return (
    <Panel flush>
      <div className="table-frame">
        <table className="table charter-versions">
          <thead>
            <tr>
              <th scope="col">{t('versions.version')}</th>
              <th scope="col">{t('versions.stored')}</th>
              <th scope="col">{t('versions.reason')}</th>
              <th scope="col">{t('versions.signature')}</th>
              <th scope="col">{t('versions.file')}</th>
            </tr>
          </thead>
          <tbody>
            {versions.map((version) => (
              <tr key={version.version}>
                <th scope="row">
                  <Button
                    look="quiet"
                    aria-pressed={read === version.version}
                    onClick={() => onRead(read === version.version ? null : version.version)}
                  >
                    {t('protocol.version', { version: version.version })}
                  </Button>
                  {version.in_force && ' '}
                  {version.in_force && <Badge tone="good">{t('versions.inForce')}</Badge>}
                  <div>
                    <code className="dim" title={version.sha256}>
                      {shortDigest(version.sha256)}…
                    </code>
                  </div>
                </th>
                <td>
                  <span className="nowrap">{formatTime(lang, version.stored_at)}</span>
                  <div className="dim">{version.author ?? '–'}</div>
                </td>
                <td className="unlock-reason">{version.reason || '–'}</td>
                <td>
                  {version.signature ? (
                    <>
                      {version.signature.full_name}
                      <div className="dim nowrap">{formatTime(lang, version.signature.signed_at)}</div>
                    </>
                  ) : (
                    '–'
                  )}
                </td>
                <td className="nowrap">
                  {(['toml', 'json'] as const).map((notation, place) => (
                    <span key={notation}>
                      {place > 0 && ' · '}
                      <a
                        href={file(version.version, notation)}
                        download
                        aria-label={t('versions.fileOf', {
                          notation: notation.toUpperCase(),
                          version: version.version,
                        })}
                      >
                        {notation.toUpperCase()}
                      </a>
                    </span>
                  ))}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function OneVersion({ version, onClose }: { version: number; onClose: () => void }) {
  const t = useT();
  const study = useStudy();
  const found = useVersion(study.id, version);
  if (found.error) return <Failure error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Loading />;
  return (
    <>
      <Banner action={<Button onClick={onClose}>{t('versions.close')}</Button>}>
        {t('versions.reading', { version })}
      </Banner>
      <CharterInWords document={found.data.document as JsonObject} />
    </>
  );
}

function Difference({ from, to }: { from: number; to: number }) {
  const t = useT();
  const study = useStudy();
  const found = useDifferences(study.id, from, to);
  const before = useVersion(study.id, from);
  const after = useVersion(study.id, to);
  const error = found.error ?? before.error ?? after.error;
  if (error) return <Failure error={error} />;
  if (from === to) return <p className="dim">{t('versions.same')}</p>;
  if (!found.data || !before.data || !after.data) return <Loading />;
  if (found.data.differences.length === 0) return <p>{t('versions.nothing')}</p>;
  return (
    <div className="table-frame">
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('amend.place')}</th>
            <th scope="col">{t('protocol.version', { version: from })}</th>
            <th scope="col">{t('protocol.version', { version: to })}</th>
          </tr>
        </thead>
        <tbody>
          {found.data.differences.map((difference) => (
            <tr key={`${difference.path} ${difference.kind}`}>
              <th scope="row">
                <PlaceInWords
                  path={difference.path}
                  document={(difference.kind === 'removed' ? before : after).data?.document as JsonObject}
                />
              </th>
              <td>
                <InWords path={difference.path} value={difference.before as Json} />
              </td>
              <td>
                <InWords path={difference.path} value={difference.after as Json} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
