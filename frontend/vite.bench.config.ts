import { mergeConfig } from 'vite';
import product from './vite.config';

// Pages for the tests of the pictures and for ./run bench reader, from the product's own sources. Never part of its build.
export default mergeConfig(product, {
  base: '/',
  publicDir: false,
  build: {
    manifest: false,
    outDir: 'dist-bench',
    rolldownOptions: { input: ['index.html', 'bench/picture.html', 'bench/speed.html'] },
  },
});
