// After a build: what a reader waits for stays small, and the imaging library never gets into it.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

const LIMITS = { reading: 120, chunk: 800 }; // kB, gzipped
const dist = new URL('./dist/', import.meta.url);
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'));
const kilobytes = ({ file }) => gzipSync(readFileSync(new URL(file, dist))).length / 1000;

function withImports(key, found = new Set()) {
  if (found.has(key)) return found;
  found.add(key);
  for (const next of manifest[key].imports ?? []) withImports(next, found);
  return found;
}

const reading = new Set(
  ['index.html', 'src/reader/ReaderPage.tsx', 'src/shared/i18n/reading.ja.ts'].flatMap((key) => [
    ...withImports(key),
  ]),
);
const total = [...reading].reduce((sum, key) => sum + kilobytes(manifest[key]), 0);
const largest = Object.values(manifest)
  .filter(({ file }) => file.endsWith('.js'))
  .map((chunk) => ({ file: chunk.file, size: kilobytes(chunk) }))
  .sort((a, b) => b.size - a.size)[0];
const source = [...reading].map((key) => readFileSync(new URL(manifest[key].file, dist), 'utf8')).join('');

const problems = [
  total > LIMITS.reading &&
    `The reading page needs ${total.toFixed(0)} kB of JavaScript; the limit is ${LIMITS.reading}.`,
  largest.size > LIMITS.chunk &&
    `${largest.file} has ${largest.size.toFixed(0)} kB; the limit is ${LIMITS.chunk}.`,
  source.includes('vtkRenderer') && 'cornerstone has got into the reading page.',
].filter(Boolean);
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.stdout.write(
  `Reading page ${total.toFixed(0)} kB, largest chunk ${largest.size.toFixed(0)} kB (gzip).\n`,
);
process.exitCode = problems.length > 0 ? 1 : 0;
