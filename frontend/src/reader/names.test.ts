import { expect, test } from 'vitest';
import { setLanguage, t } from '../shared/i18n';
import { BRAIN, HEART } from './ledger/forms.testing';
import { layoutName, placeName } from './names';
import type { LayoutDocument } from './picture/layout';
import { paired } from './picture/layouts.testing';
import type { ViewName } from './picture/slices';

function rows(name: string, columns: number, given: Partial<Record<ViewName, number>>): LayoutDocument {
  const strips = (Object.entries(given) as [ViewName, number][]).flatMap(([view, lines]) =>
    Array.from({ length: lines }, (_, line) => ({ view, first: line * columns })),
  );
  return {
    name,
    columns,
    rows: strips.length,
    strips: strips.map((strip, row) => ({
      ...strip,
      state: 'perfusion',
      set: 1,
      row,
      column: 0,
      count: columns,
    })),
  };
}

test('a layout is called by the slices of its views, or as the study calls it', async () => {
  const given = [
    paired(12, 2),
    paired(16, 1),
    rows('2x6', 6, { SA: 1 }),
    rows('8x12', 12, { TRA: 4, COR: 2, SAG: 2 }),
    rows('One row', 6, { SA: 1 }),
  ];
  const names = () => given.map((layout) => layoutName(t, layout));
  await setLanguage('en');
  expect(names()).toEqual(['SA 24, LA 12', 'SA/LA 16', 'SA 6', 'TRA 48, COR/SAG 24', 'One row']);
  await setLanguage('ja');
  expect(names()).toEqual(['SA 24、LA 12', 'SA/LA 16', 'SA 6', 'TRA 48、COR/SAG 24', 'One row']);
});

test('a segment is called by its number too, a region by its name', async () => {
  await setLanguage('en');
  expect(placeName(t, HEART, 'rest', 16)).toBe('Rest 16 Apical lateral');
  expect(placeName(t, BRAIN, 'perfusion', 2)).toBe('Perfusion Right frontal');
});
