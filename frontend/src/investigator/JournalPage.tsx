import { useInfiniteQuery } from '@tanstack/react-query';
import { ask } from '../shared/api/client';
import { formatTime } from '../shared/format';
import { message, useLanguage, useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import { Button, Empty, Failure, Loading, PageHead, Panel } from '../shared/ui';

/** Rows a request; the server's limit. */
const PAGE = 500;
/** Digests and identifiers: the first characters are enough to tell them apart on a page. */
const LONG = /\b([0-9a-f]{8})(?:[0-9a-f]{56}|-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b/g;

export default function JournalPage() {
  const t = useT();
  const lang = useLanguage();
  const study = useStudy();
  const journal = useInfiniteQuery({
    queryKey: ['journal', study.id],
    queryFn: ({ pageParam, signal }) =>
      ask('/api/studies/{study_id}/journal', { study_id: study.id }, { signal, query: { after: pageParam } }),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.length < PAGE ? undefined : last.at(-1)?.number),
  });
  const entries = journal.data?.pages.flat() ?? [];
  return (
    <>
      <PageHead title={t('journal.title')} lead={t('journal.lead')} />
      {journal.error && <Failure error={journal.error} retry={() => void journal.refetch()} />}
      {journal.isPending && <Loading />}
      {journal.data && (
        <Panel flush>
          {entries.length === 0 ? (
            <Empty title={t('journal.none')} />
          ) : (
            <div className="table-frame">
              <table className="table compact">
                <thead>
                  <tr>
                    <th scope="col" className="num">
                      {t('journal.number')}
                    </th>
                    <th scope="col">{t('journal.at')}</th>
                    <th scope="col">{t('journal.actor')}</th>
                    <th scope="col">{t('journal.act')}</th>
                    <th scope="col">{t('journal.subject')}</th>
                    <th scope="col">{t('journal.detail')}</th>
                  </tr>
                </thead>
                <tbody>
                  {entries.map((entry) => (
                    <tr key={entry.number}>
                      <td className="num">{entry.number}</td>
                      <td className="nowrap">{formatTime(lang, entry.at)}</td>
                      <td className="nowrap">{entry.actor ?? t('journal.system')}</td>
                      <td className="nowrap" title={entry.action}>
                        {message(lang, `act.${entry.action}`, entry.action)}
                      </td>
                      <td className="mono" title={entry.subject}>
                        {abridged(entry.subject)}
                      </td>
                      <td className="path dim">{said(entry.detail)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </div>
          )}
        </Panel>
      )}
      {journal.hasNextPage && (
        <div className="actions">
          <Button busy={journal.isFetchingNextPage} onClick={() => void journal.fetchNextPage()}>
            {t('journal.more')}
          </Button>
        </div>
      )}
    </>
  );
}

/** The plain values of an act's detail, as they are: "role: reader, site: A". */
function said(detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return '';
  return Object.entries(detail)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '')
    .map(([name, value]) => `${name}: ${abridged(String(value))}`)
    .join(', ');
}

function abridged(text: string): string {
  return text.replace(LONG, '$1…');
}
