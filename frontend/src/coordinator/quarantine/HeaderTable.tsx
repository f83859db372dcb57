import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../shared/api/client';
import { useT } from '../../shared/i18n';
import { Button, Failure, Loading } from '../../shared/ui';

/** The header as it came. What may name a person is hidden until it is asked for, which the server writes down. */
export function HeaderTable({ id }: { id: string }) {
  const t = useT();
  const [values, setValues] = useState(false);
  const [shown, setShown] = useState<ReadonlyMap<string, string>>(new Map());
  const header = useQuery({
    queryKey: ['quarantine header', id, values],
    queryFn: ({ signal }) =>
      ask('/api/quarantine/{kept_id}/header', { kept_id: id }, { signal, query: { values: values ? 1 : 0 } }),
    // Nothing that names a person stays in memory longer than it is shown; and no look is counted twice.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const reveal = useMutation({
    mutationFn: (path: string) =>
      ask('/api/quarantine/{kept_id}/header', { kept_id: id }, { query: { path } }),
    onSuccess: (lines, path) => {
      const line = lines.find((one) => one.path === path);
      if (line) setShown((before) => new Map(before).set(path, line.value));
    },
    gcTime: 0,
  });
  return (
    <section className="stack" aria-label={t('quarantine.header')}>
      <div className="actions">
        <h3>{t('quarantine.header')}</h3>
        {!values && <Button onClick={() => setValues(true)}>{t('quarantine.showValues')}</Button>}
      </div>
      <p className="dim">{t('quarantine.headerHint')}</p>
      {header.error && <Failure error={header.error} retry={() => void header.refetch()} />}
      {reveal.error && <Failure error={reveal.error} />}
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
                  <td>
                    {!line.masked ? (
                      line.value
                    ) : shown.has(line.path) ? (
                      shown.get(line.path)
                    ) : (
                      <>
                        <span className="dim">{t('quarantine.hidden')}</span>{' '}
                        <Button
                          look="quiet"
                          aria-label={t('quarantine.showOne', {
                            attribute: `${line.name} ${line.path}`.trim(),
                          })}
                          disabled={reveal.isPending}
                          onClick={() => reveal.mutate(line.path)}
                        >
                          {t('quarantine.show')}
                        </Button>
                      </>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
