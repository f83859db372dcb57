import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

// cornerstone's mesh loaders pull in vtk's XML reader -> xmlbuilder2 -> node "events"/"url", which crashes a production
// build ("Class extends value undefined"). We draw volumes, never meshes: an empty module stands in (-88 kB gz).
const meshReaders =
  /^@kitware\/vtk\.js\/IO\/(XML\/XMLPolyDataReader|Misc\/OBJReader|Misc\/MTLReader|Geometry\/STLReader|Geometry\/PLYReader)(\.js)?$/;
const noMeshReader = '/src/shared/viewer/noMeshReader.ts';

export default defineConfig({
  base: '/static/',
  plugins: [react()],
  resolve: { alias: [{ find: meshReaders, replacement: noMeshReader }] },
  // Without these, the dev server bundles two copies of cornerstone's metadata registry.
  optimizeDeps: { include: ['@cornerstonejs/core', '@cornerstonejs/metadata', '@cornerstonejs/utils'] },
  worker: { format: 'es' },
  server: { proxy: { '/api': 'http://127.0.0.1:8000', '/accounts': 'http://127.0.0.1:8000' } },
  build: {
    target: 'es2022',
    // Browsers that read this target fetch ahead by themselves.
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 3000,
    rolldownOptions: {
      output: {
        // What the reading page shares with other pages comes in two pieces: a dozen small ones compress badly.
        codeSplitting: {
          groups: [
            {
              name: 'base',
              test: /node_modules\/(react|react-dom|scheduler|wouter|regexparam|use-sync-external-store)\/|src\/shared\/(ui\/(basic|Failure)|shell\/LanguageSwitch|i18n\/(server|index|translate)|api\.|api\/client|session)/,
            },
            {
              name: 'reading',
              test: /src\/reader\/(session\/(?!help|signing|replayed|warnings)|ledger\/(?!resume|everyRead)|picture\/(?!cpuPainter|reslice)|heart\/(?!contour|regionShapes)|api|names|ui\/(HeaderSelect|AlignTool|Workstation|Reader|Score|SaveState|Grid|PolarMaps|DifferenceMap|Bullseye|Disc|Sums|regions|Window|questions|use|pointing|fieldFocus|FormFields|Linked|SegmentOutlines|RowLabels))/,
            },
          ],
        },
      },
    },
  },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
});
