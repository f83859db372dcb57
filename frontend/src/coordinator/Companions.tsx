import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ask, tell } from '../shared/api/client';
import type { Companion } from '../shared/api/types';
import { useT } from '../shared/i18n';
import { useStudy } from '../shared/study';
import { Badge, Button, Failure, Panel, type Tone } from '../shared/ui';

type Cine = NonNullable<Companion['cine']>;

const TONE: Record<Cine['status'], Tone> = {
  waiting: 'warn',
  deriving: 'busy',
  ready: 'good',
  failed: 'bad',
};

/** What came with a case beside its images, and what became of it; nothing where nothing came. */
export function Companions({ caseId }: { caseId: string }) {
  const t = useT();
  const companions = useQuery({
    queryKey: ['case', caseId, 'companions'],
    queryFn: ({ signal }) => ask('/api/cases/{case_id}/companions', { case_id: caseId }, { signal }),
    refetchInterval: ({ state }) => (state.data?.some(isMoving) ? 3_000 : false),
  });
  if (companions.error && !companions.data) {
    return <Failure error={companions.error} retry={() => void companions.refetch()} />;
  }
  if (!companions.data?.length) return null;
  return (
    <Panel title={t('companions.title')} flush>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{t('companions.kind')}</th>
            <th scope="col">{t('companions.files')}</th>
            <th scope="col">{t('companions.became')}</th>
          </tr>
        </thead>
        <tbody>
          {companions.data.map((companion, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the server's order, and a series has no name of its own
            <Row key={place} companion={companion} caseId={caseId} />
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

function Row({ companion, caseId }: { companion: Companion; caseId: string }) {
  const t = useT();
  const { roles } = useStudy();
  const { kind, state, files, expected, cine, message } = companion;
  const mayTry = roles.includes('coordinator') || roles.includes('investigator');
  return (
    <tr>
      <th scope="row">{state ? `${t(`kind.${kind}`)} · ${t(`state.${state}`)}` : t(`kind.${kind}`)}</th>
      <td>{files < expected ? t('companions.some', { files, expected }) : files}</td>
      <td>
        <div className="stack">
          <span>
            {cine && <Badge tone={TONE[cine.status]}>{t(`cine.${cine.status}`)}</Badge>} {message}
          </span>
          {cine?.status === 'failed' && mayTry && <Again cine={cine} caseId={caseId} />}
        </div>
      </td>
    </tr>
  );
}

function Again({ cine, caseId }: { cine: Cine; caseId: string }) {
  const t = useT();
  const client = useQueryClient();
  const again = useMutation({
    mutationFn: () => tell('/api/cines/{cine_id}/derivation', { cine_id: cine.id }, undefined),
    onSuccess: () => client.invalidateQueries({ queryKey: ['case', caseId, 'companions'] }),
  });
  return (
    <>
      <div className="actions">
        <Button busy={again.isPending} onClick={() => again.mutate()}>
          {t('companions.again')}
        </Button>
      </div>
      {again.isError && <Failure error={again.error} />}
    </>
  );
}

function isMoving({ cine }: Companion): boolean {
  return cine?.status === 'waiting' || cine?.status === 'deriving';
}
