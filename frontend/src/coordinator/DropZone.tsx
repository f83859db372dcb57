import { type DragEvent, useRef, useState } from 'react';
import type { Site } from '../shared/api/types';
import { useT } from '../shared/i18n';
import { Button, Field } from '../shared/ui';
import { chosen, walk } from './folder';
import type { Listing } from './upload';

interface Props {
  /** The sites that the person may send for; a choice is offered when there are several. */
  sites: readonly Site[];
  onFiles: (listing: Listing, siteId: string | undefined) => void;
}

export function DropZone({ sites, onFiles }: Props) {
  const t = useT();
  const folder = useRef<HTMLInputElement>(null);
  const archive = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [site, setSite] = useState(sites[0]?.id ?? '');
  const siteId = sites.length > 1 ? site : undefined;

  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    // The entries must be taken now: after this event the browser has let go of them.
    const entries = [...event.dataTransfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
    onFiles((onFound) => walk(entries, onFound), siteId);
  };
  const onChosen = (files: FileList | null) => {
    const list = [...(files ?? [])]; // the input may be emptied before the listing is asked for
    onFiles(async () => chosen(list), siteId);
  };

  return (
    <section
      className={`drop-zone ${over ? 'over' : ''}`}
      aria-label={t('upload.drop')}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <p className="drop-title">{t('upload.drop')}</p>
      <p className="dim">{t('upload.dropHint')}</p>
      {sites.length > 1 && (
        <Field label={t('upload.site')} hint={t('upload.siteHint')}>
          <select value={site} onChange={({ target }) => setSite(target.value)}>
            {sites.map(({ id, code, name }) => (
              <option key={id} value={id}>
                {code} · {name}
              </option>
            ))}
          </select>
        </Field>
      )}
      <div className="actions">
        <Button look="primary" onClick={() => folder.current?.click()}>
          {t('upload.choose')}
        </Button>
        <Button onClick={() => archive.current?.click()}>{t('upload.chooseZip')}</Button>
      </div>
      <input
        ref={(element) => {
          folder.current = element;
          element?.setAttribute('webkitdirectory', '');
        }}
        type="file"
        multiple
        hidden
        data-testid="folder"
        onChange={({ target }) => onChosen(target.files)}
      />
      <input
        ref={archive}
        type="file"
        accept=".zip,application/zip"
        multiple
        hidden
        data-testid="archive"
        onChange={({ target }) => onChosen(target.files)}
      />
    </section>
  );
}
