import { useT } from '../../shared/i18n';
import { Badge, Panel } from '../../shared/ui';
import type { Kept } from './batch';
import { useSentence } from './procedure';

/** Paths drawn of one reason; a folder may hold thousands of reports. */
const SHOWN = 100;

/** Files that are not sent because of what they are, by reason. */
export function KeptPanel({ kept, masked = false }: { kept: readonly Kept[]; masked?: boolean }) {
  const t = useT();
  const sentence = useSentence();
  const byCode = new Map<string, Kept[]>();
  for (const file of kept) {
    const known = byCode.get(file.code);
    if (known) known.push(file);
    else byCode.set(file.code, [file]);
  }
  return (
    <Panel title={t('keptHere.title', { count: kept.length })} flush>
      <p className="panel-lead dim">{t('keptHere.lead', { count: kept.length })}</p>
      {[...byCode].map(([code, files]) => (
        <details key={code} className="folder">
          <summary>
            <span className="path">{sentence(code)}</span>
            <Badge>{t('upload.files', { count: files.length })}</Badge>
          </summary>
          <ul>
            {files.slice(0, SHOWN).map(({ path }) => (
              <li key={path} className="path">
                {masked ? '•••' : path}
              </li>
            ))}
            {files.length > SHOWN && (
              <li className="dim">{t('keptHere.moreFiles', { count: files.length - SHOWN })}</li>
            )}
          </ul>
        </details>
      ))}
    </Panel>
  );
}
