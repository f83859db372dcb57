import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../shared/api/client';
import { useT } from '../../shared/i18n';
import { Button, Failure, Loading } from '../../shared/ui';

/** The header as it came. What may name a person is hidden until it is asked for, which the server writes down. */
export function HeaderTable({ id }: { id: string }) {
  const t = useT();
  const [values, setValues] = useState(false);
  const header = useQuery({
    queryKey: ['quarantine header', id, values],
    queryFn: ({ signal }) =>
      ask('/api/quarantine/{kept_id}/header', { kept_id: id }, { signal, query: { values: values ? 1 : 0 } }),
    // Nothing that names a person stays in memory longer than it is shown; and no look is counted twice.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <section className="stack" aria-label={t('quarantine.header')}>
      <div className="actions">
        <h3>{t('quarantine.header')}</h3>
        {!values && <Button onClick={() => setValues(true)}>{t('quarantine.showValues')}</Button>}
      </div>
      <p className="dim">{t('quarantine.headerHint')}</p>
      {header.error && <Failure error={header.error} retry={() => void header.refetch()} />}
      {header.isPending && <Loading />}
      {header.data && (
        <div className="table-frame header-frame">
          <table className="table dense">
            <thead>
              <tr>
                <th scope="col">{t('quarantine.attribute')}</th>
                <th scope="col">{t('quarantine.tag')}</th>
                <th scope="col">{t('quarantine.value')}</th>
              </tr>
            </thead>
            <tbody>
              {header.data.map((line, n) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name: a tag may stand in many items
                <tr key={n}>
                  <td>{line.name || '–'}</td>
                  <td className="mono">{line.path}</td>
                  <td>{line.masked ? <span className="dim">{t('quarantine.hidden')}</span> : line.value}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
