import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Link, useLocation } from 'wouter';
import { ask, tell } from '../shared/api/client';
import { useT } from '../shared/i18n';
import { reloadSession, useSession } from '../shared/session';
import { NotFound } from '../shared/shell/NotFound';
import { Banner, Button, Failure, Field, Loading, PageHead, Panel } from '../shared/ui';
import './investigator.css';
import { JsonDocument } from './JsonDocument';
import {
  type Draft,
  EMPTY_DRAFT,
  filledIn,
  givesAway,
  type ProtocolDocument,
  type Template,
  WORDS,
} from './template';

export default function NewStudyPage() {
  const { user } = useSession();
  const templates = useQuery({
    queryKey: ['protocol-templates'],
    queryFn: ({ signal }) => ask('/api/protocol-templates', {}, { signal }),
    enabled: user.is_staff,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (!user.is_staff) return <NotFound />;
  if (templates.error) return <Failure error={templates.error} retry={() => void templates.refetch()} />;
  if (!templates.data) return <Loading />;
  return <NewStudy templates={templates.data as unknown as readonly Template[]} />;
}

function NewStudy({ templates }: { templates: readonly Template[] }) {
  const t = useT();
  const { user } = useSession();
  const [, go] = useLocation();
  const [draft, setDraft] = useState<Draft>({ ...EMPTY_DRAFT, investigator: user.email });
  const [name, setName] = useState(templates[0]?.name);
  const template = templates.find((one) => one.name === name);
  const set = (change: Partial<Draft>) => setDraft({ ...draft, ...change });
  const isMine = draft.investigator === user.email;
  const creating = useMutation({
    mutationFn: (document: ProtocolDocument) =>
      tell(
        '/api/studies',
        {},
        { title: draft.title, investigator: draft.investigator, monitor: draft.monitor, document },
      ),
    onSuccess: async (study) => {
      await reloadSession();
      if (isMine) go(`/studies/${study.id}/people`);
    },
  });
  if (!template) return <NotFound />;
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

  const document = filledIn(template, draft);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    creating.mutate(document);
  };
  const choose = (chosen: string) => {
    setName(templates.find((one) => one.name === chosen)?.name);
    set({ sessions: null });
  };
  return (
    <>
      <PageHead title={t('new.title')} lead={t('new.lead')}>
        <Link className="button" href="/studies">
          {t('ui.cancel')}
        </Link>
      </PageHead>
      <form className="columns wide-first" onSubmit={submit}>
        <Panel title={t('new.design')}>
          <div className="form">
            <Field label={t('new.template')}>
              <select value={template.name} onChange={(event) => choose(event.target.value)}>
                {templates.map((one) => (
                  <option key={one.name} value={one.name}>
                    {t(WORDS[one.name].name)}
                  </option>
                ))}
              </select>
            </Field>
            <Banner>{t(WORDS[template.name].text)}</Banner>
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
            <Field label={t('new.monitor')} hint={t('new.monitorHint')}>
              <input
                type="email"
                value={draft.monitor}
                onChange={(event) => set({ monitor: event.target.value })}
              />
            </Field>
            <div className="form row">
              <Field label={t('new.sessions')} hint={t('new.sessionsHint')}>
                <input
                  type="number"
                  required
                  min={document.arms.length}
                  max={12}
                  value={document.sessions}
                  onChange={(event) => set({ sessions: event.target.valueAsNumber })}
                />
              </Field>
              <Field label={t('new.washout')} hint={t('new.washoutHint')}>
                <input
                  type="number"
                  required
                  min={0}
                  max={365}
                  value={document.washout_days}
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
          <JsonDocument value={document} />
        </Panel>
      </form>
    </>
  );
}
