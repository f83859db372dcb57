import { Fragment } from 'react';
import { useT } from '../../shared/i18n';
import { Facts, Panel } from '../../shared/ui';
import { at, isObject, type Json, type JsonObject } from './document';
import { useSay } from './editing';
import { ROOTS, SECTIONS } from './schema';
import { inWords, keysOf, placeInWords, type Told } from './words';

/** What stands at a place of a charter, told in words. */
export function InWords({ path, value }: { path: string; value: Json | undefined }) {
  return <Tell told={inWords(path, value, useSay())} />;
}

function Tell({ told }: { told: Told }) {
  if (!told.parts) return told.text;
  return (
    <ul className="charter-told">
      {told.parts.map(({ label, told: part }) => (
        <li key={label}>
          <span className="charter-place">{label}: </span>
          <Tell told={part} />
        </li>
      ))}
    </ul>
  );
}

/** Where something stands: section, item, field. */
export function PlaceInWords({ path, document }: { path: string; document: JsonObject | undefined }) {
  const say = useSay();
  const words = placeInWords(path, document, say);
  return words.map((word, place) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the same word may stand twice in a row
    <Fragment key={place}>
      {place > 0 && <span className="charter-place"> › </span>}
      {word}
    </Fragment>
  ));
}

/** Parts whose fields say nothing without the name of the part. */
const TOGETHER = new Set(['margins']);

/** A whole charter, section by section, as people read it. */
export function CharterInWords({ document }: { document: JsonObject }) {
  const t = useT();
  const say = useSay();
  return SECTIONS.map((section) => {
    // A section that is one part of the document is told by what that consists of.
    const places = ROOTS[section].flatMap((root) => {
      const value = document[root];
      if (value === undefined) return [];
      const isWhole = isObject(value) && !TOGETHER.has(root);
      return isWhole ? keysOf(root, value).map((key) => `${root}.${key}`) : [root];
    });
    return (
      <Panel key={section} title={t(`charter.section.${section}`)}>
        {places.length === 0 ? (
          <p className="dim">{t('charter.unsaid')}</p>
        ) : (
          <Facts
            items={places.map((path) => [
              say(`charter.at.${path}`) ?? path,
              <InWords key={path} path={path} value={at(document, path)} />,
            ])}
          />
        )}
      </Panel>
    );
  });
}
