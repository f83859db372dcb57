import { useInfiniteQuery } from '@tanstack/react-query';
import { get } from '../shared/api';
import type { JournalEntry } from '../shared/api/types';
import { formatTime } from '../shared/format';
import { type MessageKey, useLanguage, useT } from '../shared/i18n';
import { en } from '../shared/i18n/en';
import { useStudy } from '../shared/study';
import { Button, Empty, Failure, Loading, PageHead, Panel } from '../shared/ui';

export default function JournalPage() {
  const t = useT();
  const lang = useLanguage();
  const study = useStudy();
  const journal = useInfiniteQuery({
    queryKey: ['journal', study.id],
    queryFn: ({ pageParam, signal }) =>
      get<JournalEntry[]>(`/api/studies/${study.id}/journal?after=${pageParam}`, { signal }),
    initialPageParam: 0,
    getNextPageParam: (last) => last.at(-1)?.number,
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
                  </tr>
                </thead>
                <tbody>
                  {entries.map((entry) => (
                    <tr key={entry.number}>
                      <td className="num">{entry.number}</td>
                      <td>{formatTime(lang, entry.at)}</td>
                      <td>{entry.actor ?? t('journal.system')}</td>
                      <td title={entry.action}>
                        <Act action={entry.action} />
                      </td>
                      <td className="path mono">{entry.subject}</td>
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

/** The act in words where there are any; its code otherwise. */
function Act({ action }: { action: string }) {
  const t = useT();
  const key = `act.${action}`;
  return key in en ? <>{(t as (key: MessageKey) => string)(key as MessageKey)}</> : <code>{action}</code>;
}
