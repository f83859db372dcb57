import type { CaseImageDetail } from '../shared/api/types';
import { type T, useT } from '../shared/i18n';
import { Facts, Panel } from '../shared/ui';

/** Where an image is from, what said its state and view, and how large its ventricle is. */
export function ImageFacts({ image }: { image: CaseImageDetail }) {
  const t = useT();
  return (
    <Panel title={t('image.facts')}>
      <Facts
        items={[
          [t('image.source'), t(`source.${image.source}`)],
          ...saidBy(image, t),
          ...(image.lv
            ? ([
                [
                  t('image.length'),
                  t('image.mm', { value: Math.round((image.lv.base_k - image.lv.apex_k) * 2) }),
                ],
                [t('image.radius'), t('image.mm', { value: image.lv.radius_mm })],
              ] as const)
            : []),
        ]}
      />
    </Panel>
  );
}

/** Stress or rest and the view, and what in the file, or who, said so. */
function saidBy(image: CaseImageDetail, t: T): (readonly [string, string])[] {
  const { view } = image.provenance;
  return [
    ...(image.state_source
      ? ([[t('image.saidState'), source(t(`state.${image.state}`), image.state_source, t)]] as const)
      : []),
    ...(typeof view === 'string' && image.view_source && isView(view)
      ? ([[t('image.saidView'), source(t(`view.${view}`), image.view_source, t)]] as const)
      : []),
  ];
}

const VIEWS = ['short_axis', 'vertical_long_axis', 'horizontal_long_axis', 'transaxial'] as const;

function isView(text: string): text is (typeof VIEWS)[number] {
  return (VIEWS as readonly string[]).includes(text);
}

function source(what: string, keyword: string, t: T): string {
  if (keyword === 'coordinator') return t('image.saidByPerson', { what });
  if (keyword === 'AcquisitionContextSequence' || keyword === 'ViewCodeSequence')
    return t('image.saidByCode', { what });
  return t('image.saidBy', { what, keyword });
}
