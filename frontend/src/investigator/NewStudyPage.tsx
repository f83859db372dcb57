import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { tell } from '../shared/api/client';
import { useT } from '../shared/i18n';
import { useSession } from '../shared/session';
import { NotFound } from '../shared/shell/NotFound';
import { Banner, Button, Failure, Field, PageHead, Panel } from '../shared/ui';
import './investigator.css';
import { JsonDocument } from './JsonDocument';
import { type Draft, EMPTY_DRAFT, givesAway, kawakuboReplica } from './template';

const ARMS = 3;

export default function NewStudyPage() {
  const t = useT();
  const { user } = useSession();
  const client = useQueryClient();
  const [, go] = useLocation();
  const [draft, setDraft] = useState<Draft>({ ...EMPTY_DRAFT, investigator: user.email });
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const isMine = draft.investigator === user.email;
  const creating = useMutation({
    mutationFn: () =>
      tell(
        '/api/studies',
        {},
        {
          title: draft.title,
          investigator: draft.investigator,
          document: kawakuboReplica(draft),
        },
      ),
    onSuccess: async (study) => {
      await client.invalidateQueries({ queryKey: ['session'] });
      if (isMine) go(`/studies/${study.id}/people`);
    },
  });
  if (!user.is_staff) return <NotFound />;
  if (creating.isSuccess && !isMine) {
    return (
      <>
        <PageHead title={t('new.title')} />
        <Banner tone="good" action={<Link href="/studies">{t('nav.allStudies')}</Link>}>
          {t('new.created', { title: draft.title, investigator: draft.investigator })}
        </Banner>
      </>
    );
  }

  const submit = (event: FormEvent) => {
    event.preventDefault();
    creating.mutate();
  };
  return (
    <>
      <PageHead title={t('new.title')} lead={t('new.lead')}>
        <Link className="button" href="/studies">
          {t('ui.cancel')}
        </Link>
      </PageHead>
      <form className="columns wide-first" onSubmit={submit}>
        <Panel title={t('new.template')}>
          <div className="form">
            <Banner>{t('new.kawakubo')}</Banner>
            <Field label={t('new.studyTitle')} hint={t('new.studyTitleHint')}>
              <input
                required
                maxLength={200}
                value={draft.title}
                onChange={(event) => set({ title: event.target.value })}
              />
            </Field>
            <Field
              label={t('new.readerTitle')}
              hint={t('new.readerTitleHint')}
              wrong={givesAway(draft.readerTitle) ? t('new.givesAway') : null}
            >
              <input
                required
                maxLength={200}
                value={draft.readerTitle}
                onChange={(event) => set({ readerTitle: event.target.value })}
              />
            </Field>
            <Field label={t('new.investigator')} hint={t('new.investigatorHint')}>
              <input
                type="email"
                required
                value={draft.investigator}
                onChange={(event) => set({ investigator: event.target.value })}
              />
            </Field>
            <div className="form row">
              <Field label={t('new.sessions')} hint={t('new.sessionsHint')}>
                <input
                  type="number"
                  required
                  min={ARMS}
                  max={12}
                  value={draft.sessions}
                  onChange={(event) => set({ sessions: event.target.valueAsNumber })}
                />
              </Field>
              <Field label={t('new.washout')} hint={t('new.washoutHint')}>
                <input
                  type="number"
                  required
                  min={0}
                  max={365}
                  value={draft.washoutDays}
                  onChange={(event) => set({ washoutDays: event.target.valueAsNumber })}
                />
              </Field>
            </div>
            <label className="inline">
              <input
                type="checkbox"
                checked={draft.simulated}
                onChange={(event) => set({ simulated: event.target.checked })}
              />
              {t('new.simulated')}
            </label>
            {creating.isError && <Failure error={creating.error} />}
            <div className="actions end">
              <Button
                type="submit"
                look="primary"
                busy={creating.isPending}
                disabled={givesAway(draft.readerTitle)}
              >
                {t('new.create')}
              </Button>
            </div>
          </div>
        </Panel>
        <Panel title={t('new.document')}>
          <p className="dim">{t('new.documentText')}</p>
          <JsonDocument value={kawakuboReplica(draft)} />
        </Panel>
      </form>
    </>
  );
}
