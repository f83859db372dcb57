import { describe, expect, it } from 'vitest';
import { en } from './en';
import { setLanguage, t } from './index';
import { ja } from './ja';
import { laterEn } from './later.en';
import { officeEn } from './office.en';
import { readingEn } from './reading.en';
import { fill } from './translate';

const placeholders = (message: string) =>
  [...message.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).toSorted();
const english: Record<string, string> = en;
const japanese: Record<string, string> = ja;

describe('the catalogues', () => {
  it('have the same keys, but for plurals that Japanese does not have', () => {
    const wanted = Object.keys(english).filter((key) => !key.endsWith('_one'));
    expect(Object.keys(japanese).toSorted()).toEqual(wanted.toSorted());
  });

  it('use the same parameters in both languages', () => {
    for (const [key, message] of Object.entries(japanese)) {
      // A language need not use every parameter, but may not ask for one that is never given.
      expect(placeholders(english[key] ?? ''), key).toEqual(expect.arrayContaining(placeholders(message)));
    }
  });

  it('have both plural forms in English', () => {
    for (const key of Object.keys(english).filter((name) => name.endsWith('_one'))) {
      expect(english).toHaveProperty([key.replace(/_one$/, '_other')]);
    }
  });

  it('leave nothing empty', () => {
    for (const catalogue of [english, japanese]) {
      expect(Object.entries(catalogue).filter(([, message]) => !message.trim())).toEqual([]);
    }
  });
});

describe('the pages of a reader', () => {
  const sources = import.meta.glob<string>(
    ['../../reader/**/*.{ts,tsx}', '../**/*.{ts,tsx}', '!./**', '!../api/**'],
    {
      query: '?raw',
      import: 'default',
      eager: true,
    },
  );
  const base = (key: string) => key.replace(/_(one|other)$/, '');
  const office = new Set(Object.keys(officeEn).map(base));
  const reading = new Set(Object.keys({ ...readingEn, ...laterEn }).map(base));

  it('say nothing that only the catalogue of the others has', () => {
    expect(Object.keys(sources).length).toBeGreaterThan(50);
    for (const [file, source] of Object.entries(sources)) {
      const keys = [...source.matchAll(/['"`]([a-z]\w*(?:\.\w+)+)['"`]/g)].map(([, key]) => key ?? '');
      expect(
        keys.filter((key) => office.has(key) && !reading.has(key)),
        file,
      ).toEqual([]);
    }
  });
});

describe('a message', () => {
  it('takes the plural form of its number', () => {
    expect(fill(english, 'en', 'upload.files', { count: 1 })).toBe('1 file');
    expect(fill(english, 'en', 'upload.files', { count: 1234 })).toBe('1,234 files');
    expect(fill(japanese, 'ja', 'upload.files', { count: 1 })).toBe('1件');
  });

  it('shows its key when it is unknown', () => {
    expect(fill(english, 'en', 'no.such.key')).toBe('no.such.key');
  });

  it('does not read markup or patterns out of a parameter', () => {
    expect(fill({ greet: 'Hello {{name}}' }, 'en', 'greet', { name: '$& {{name}}' })).toBe(
      'Hello $& {{name}}',
    );
  });

  it('is in the language that was chosen last', async () => {
    await setLanguage('ja');
    expect(t('state.rest')).toBe('安静');
    await setLanguage('en');
    expect(t('state.rest')).toBe('Rest');
  });
});

describe('the first words of the reading page', () => {
  const sources = import.meta.glob<string>(['../../reader/**/*.{ts,tsx}', '../**/*.{ts,tsx}'], {
    query: '?raw',
    import: 'default',
    eager: true,
  });
  const base = (key: string) => key.replace(/_(one|other)$/, '');
  const later = new Set(Object.keys(laterEn).map(base));

  /** The modules that come with a page: those that it imports, and theirs, but for what is fetched later. */
  function withImports(file: string, found = new Set<string>()): Set<string> {
    const source = sources[file];
    if (source === undefined || found.has(file)) return found;
    found.add(file);
    for (const [, type, from] of source.matchAll(/^(?:import|export)( type)? [^;]*?from '(\.[^']+)'/gms)) {
      if (type || !from) continue;
      const path = new URL(from, `file:///a/b/c/${file}`).pathname.replace('/a/', '../../');
      for (const end of ['.ts', '.tsx', '/index.ts']) withImports(`${path}${end}`, found);
    }
    return found;
  }

  it('are there before what is fetched later', () => {
    const page = withImports('../../reader/ReaderPage.tsx');
    expect(page.size).toBeGreaterThan(40);
    for (const file of page) {
      const keys = [...(sources[file] ?? '').matchAll(/['"`](\w+(?:\.\w+)+)['"`]/g)];
      expect(
        keys.map(([, key]) => key ?? '').filter((key) => later.has(key)),
        file,
      ).toEqual([]);
    }
  });
});
