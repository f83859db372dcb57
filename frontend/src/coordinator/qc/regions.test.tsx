import { renderToStaticMarkup } from 'react-dom/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setLanguage } from '../../shared/i18n';
import { asymmetry, RegionTable } from './RegionTable';

const SEGMENTS = [60, 62, 40, 60, 61, 63, 70, 70, 80, 81, 0, 0];

/** Header and cells of each row. */
function rows(uncertainty: number[] | null = null): string[][] {
  const page = renderToStaticMarkup(<RegionTable segments={SEGMENTS} uncertainty={uncertainty} />);
  return [...page.matchAll(/<tr>(.*?)<\/tr>/g)].map(([, row = '']) =>
    [...row.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/g)].map(([, cell = '']) => cell),
  );
}

describe('the numbers of a brain', () => {
  beforeAll(() => setLanguage('en'));
  afterAll(() => setLanguage('en'));

  it('stand right before left, as in the picture, with how far they differ', () => {
    const [head, ...regions] = rows();
    expect(head).toEqual(['Region', 'Right, %', 'Left, %', 'Left − right, % of their mean']);
    expect(regions).toHaveLength(6);
    expect(regions[1]).toEqual(['Parietal', '60.0', '40.0', '-40.0']);
  });

  it('have their spread beside them', () => {
    expect(rows(SEGMENTS.map(() => 0.4))[2]?.slice(1, 3)).toEqual(['60.0 ± 0.4', '40.0 ± 0.4']);
  });

  it('say it in Japanese too', async () => {
    await setLanguage('ja');
    expect(rows()[0]).toEqual(['領域', '右（%）', '左（%）', '左 − 右（左右平均比 %）']);
  });

  it('are 0 where neither side has a value', () => {
    expect(asymmetry(0, 0)).toBe(0);
    expect(asymmetry(55, 45)).toBeCloseTo(20);
  });
});
