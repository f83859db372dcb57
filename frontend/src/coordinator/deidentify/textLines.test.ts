import { describe, expect, it } from 'vitest';
import document from '../../../../tests/reader_study/intake/vectors/files/vectors.json';
import { showsLines } from './textLines';

describe('lines of text', () => {
  it.each(document.pictures.map((picture, n) => [n, picture] as const))(
    'picture %i is judged as on the server',
    (_, { rows, columns, pixels, shows_lines }) => {
      const bytes = Uint8Array.from(atob(pixels), (character) => character.charCodeAt(0));
      expect(showsLines(new Int16Array(bytes.buffer), rows, columns)).toBe(shows_lines);
    },
  );
});
