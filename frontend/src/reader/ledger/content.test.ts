import { describe, expect, it } from 'vitest';
import { canonicalContent, cleanText, contentDigest } from './content';
import { type Draft, marksOf } from './events';

const draft: Draft = {
  scores: { stress: [0, 1, 2, 3, 4, 'NE', ...Array(11).fill(0)], rest: Array(17).fill(0) },
  fields: {
    quality: 4,
    overall: 'probably_abnormal',
    confidence: 3,
    comment: '下壁「減弱」か? "x"\nline 2 é😀\\',
  },
};

describe('what a signature covers', () => {
  it('is written with sorted keys, without spaces, and escapes only what JSON must', () => {
    expect(canonicalContent(draft, 1)).toBe(
      '{"fields":{"comment":"下壁「減弱」か? \\"x\\"\\nline 2 é😀\\\\","confidence":3,"overall":"probably_abnormal",' +
        '"quality":4},"form":1,"scores":{"rest":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],' +
        '"stress":[0,1,2,3,4,"NE",0,0,0,0,0,0,0,0,0,0,0]}}',
    );
  });

  it('has the digest that the server computes (made with Python’s json and hashlib)', async () => {
    expect(await contentDigest(draft, 1)).toBe(
      'dd9424268da611a2a73f475df4accd6291e6fd54b0ff568a2844584f4e2d8071',
    );
  });

  it('changes with a single score', async () => {
    const other = { ...draft, scores: { ...draft.scores, rest: marksOf(draft, 'rest').with(16, 1) } };
    expect(await contentDigest(other, 1)).not.toBe(await contentDigest(draft, 1));
  });
});

describe('free text', () => {
  it('keeps lines, and loses control characters and half characters', () => {
    expect(cleanText('a\nb\u0000c\td\ud83d e😀')).toBe('a\nb c d e😀');
  });
});

it('Keys stand in the order of their code points, as the server writes them', () => {
  const fields = { '\u{1d49c}': 1, '\uff46': 2, ab: 3, a: 4 };
  const written = '{"a":4,"ab":3,"\uff46":2,"\u{1d49c}":1}';
  expect(canonicalContent({ scores: {}, fields }, 1)).toBe(`{"fields":${written},"form":1,"scores":{}}`);
});
