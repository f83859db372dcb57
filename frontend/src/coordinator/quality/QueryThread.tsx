import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { tell } from '../../shared/api/client';
import type { SiteQuery } from '../../shared/api/types';
import { formatDay, formatTime } from '../../shared/format';
import { useLanguage, useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Badge, Button } from '../../shared/ui';
import { SayForm } from './SayForm';
import { QUERY_TONE, standingOf, useRefresh } from './siteQueries';

type Act = 'answer' | 'reopening' | 'closing';

/** One query with its history and what the person may do with it now. `where`: says also of which case it is. */
export function QueryThread({ query, where = false }: { query: SiteQuery; where?: boolean }) {
  const t = useT();
  const lang = useLanguage();
  const study = useStudy();
  const refresh = useRefresh();
  const [act, setAct] = useState<Act | null>(null);
  const telling = useMutation({
    mutationFn: ({ what, text }: { what: Act; text: string }) =>
      tell(`/api/site-queries/{query_id}/${what}`, { query_id: query.id }, { text }),
    onSuccess: async () => {
      await refresh();
      setAct(null);
    },
  });
  const { image } = query;
  const about = image
    ? `${t(`set.${image.image_set}`)} · ${t(`state.${image.state}`)}`
    : t('query.wholeCase');
  const address = `/studies/${study.id}/cases/${query.case.id}${image ? `?image=${image.id}` : ''}`;
  const shown = query.answers ? 'answer' : act;
  const standing = standingOf(query);
  return (
    <article className="query" aria-label={`${query.case.subject} ${about}`}>
      <header>
        <strong>
          {where && (
            <>
              <Link href={address}>{query.case.subject}</Link> ·{' '}
            </>
          )}
          {about}
        </strong>
        <span>{t(`query.category.${query.category}`)}</span>
        <Badge tone={QUERY_TONE[standing]}>{t(`query.standing.${standing}`)}</Badge>
        {query.state === 'open' && (
          <span className="dim">{t('query.until', { day: formatDay(lang, query.due_on) })}</span>
        )}
      </header>
      <ol>
        {query.entries.map((entry) => (
          <li key={entry.at} className={entry.kind}>
            <span className="dim">
              {t(`query.kind.${entry.kind}`)} · {entry.by} · {formatTime(lang, entry.at)}
            </span>
            {entry.text && <p>{entry.text}</p>}
          </li>
        ))}
      </ol>
      {shown && (
        <SayForm
          key={shown}
          label={t(`query.say.${shown}`)}
          send={t(`query.do.${shown}`)}
          busy={telling.isPending}
          error={telling.error}
          onSend={(text) => telling.mutate({ what: shown, text })}
          onCancel={query.answers ? undefined : () => setAct(null)}
        />
      )}
      {query.closes && !shown && (
        <div className="actions">
          {query.state === 'answered' && (
            <Button
              look="primary"
              busy={telling.isPending}
              onClick={() => telling.mutate({ what: 'closing', text: '' })}
            >
              {t('query.do.closing')}
            </Button>
          )}
          {query.state === 'open' && (
            <Button onClick={() => setAct('closing')}>{t('query.closeOpen')}</Button>
          )}
          {query.state !== 'open' && (
            <Button onClick={() => setAct('reopening')}>{t('query.askAgain')}</Button>
          )}
        </div>
      )}
    </article>
  );
}
