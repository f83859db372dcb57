import { useMutation, useQuery } from '@tanstack/react-query';
import { type ChangeEvent, useId, useState } from 'react';
import { tell } from '../../shared/api/client';
import { useT } from '../../shared/i18n';
import { useStudy } from '../../shared/study';
import { Banner, Button, Failure, Loading, Panel } from '../../shared/ui';
import { isObject, sorted } from './document';
import { useEditing } from './editing';
import type { Charter } from './useCharter';

const NOTATIONS = ['toml', 'json'] as const;
type Notation = (typeof NOTATIONS)[number];

/** The charter as the text that is stored, for who writes it by hand, and as a file. */
export default function NotationView({ charter }: { charter: Charter }) {
  const t = useT();
  const study = useStudy();
  const { clauses } = useEditing();
  const [notation, setNotation] = useState<Notation>('toml');
  const [typed, setTyped] = useState<string | null>(null);
  const id = useId();
  const written = useQuery({
    queryKey: ['charter-written', study.id, notation, sorted(charter.document)],
    queryFn: () =>
      tell(
        '/api/studies/{study_id}/protocol/check',
        { study_id: study.id },
        { document: charter.document, notation },
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const reading = useMutation({
    mutationFn: (given: { content: string; notation: Notation }) =>
      tell('/api/studies/{study_id}/protocol/check', { study_id: study.id }, given),
    onSuccess: (answer) => {
      if (!answer.ok || !isObject(answer.document as never)) return;
      charter.replace(answer.document as never);
      setTyped(null);
    },
  });
  const open = async (event: ChangeEvent<HTMLInputElement>) => {
    const [file] = event.target.files ?? [];
    event.target.value = '';
    if (!file) return;
    const kind: Notation = file.name.endsWith('.json') ? 'json' : 'toml';
    const content = await file.text();
    setNotation(kind);
    setTyped(content);
    reading.mutate({ content, notation: kind });
  };
  const text = typed ?? (written.data?.ok ? inLines(written.data.written, notation) : '');
  const refused = reading.data && !reading.data.ok ? reading.data.message : null;
  return (
    <Panel title={t('charter.section.notation')}>
      <div className="stack">
        <p className="dim">{t('charter.notationLead')}</p>
        {clauses.length > 0 && <Banner>{t('charter.notationAmend')}</Banner>}
        <div className="actions">
          <label className="inline">
            {t('charter.notation')}
            <select
              value={notation}
              onChange={({ target }) => {
                setNotation(target.value as Notation);
                setTyped(null);
                reading.reset();
              }}
            >
              {NOTATIONS.map((name) => (
                <option key={name} value={name}>
                  {name.toUpperCase()}
                </option>
              ))}
            </select>
          </label>
          <label className="button charter-file">
            {t('charter.openFile')}
            <input type="file" accept=".toml,.json" onChange={(event) => void open(event)} />
          </label>
          {typed === null && text !== '' && (
            <a
              className="button"
              download={`protocol.${notation}`}
              href={`data:text/plain;charset=utf-8,${encodeURIComponent(text)}`}
            >
              {t('charter.download')}
            </a>
          )}
        </div>
        {written.error && <Failure error={written.error} retry={() => void written.refetch()} />}
        {reading.error && <Failure error={reading.error} />}
        {typed === null && written.data && !written.data.ok && (
          <Banner tone="warn">{t('charter.notWritten', { message: written.data.message })}</Banner>
        )}
        {refused && <Banner tone="bad">{refused}</Banner>}
        {reading.data?.ok && typed === null && <Banner tone="good">{t('charter.taken')}</Banner>}
        {written.isPending && typed === null && <Loading />}
        {(written.data || typed !== null) && (
          <div className="field">
            <label htmlFor={id}>{t('charter.text', { notation: notation.toUpperCase() })}</label>
            <textarea
              id={id}
              className="charter-text"
              spellCheck={false}
              value={text}
              onChange={({ target }) => setTyped(target.value)}
            />
          </div>
        )}
        {typed !== null && (
          <div className="actions end">
            <Button
              onClick={() => {
                setTyped(null);
                reading.reset();
              }}
            >
              {t('charter.textBack')}
            </Button>
            <Button
              look="primary"
              busy={reading.isPending}
              onClick={() => reading.mutate({ content: typed, notation })}
            >
              {t('charter.take')}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}

/** The canonical text is one line of JSON; people read it in many. */
function inLines(text: string, notation: Notation): string {
  return notation === 'json' && text ? JSON.stringify(JSON.parse(text), null, 2) : text;
}
