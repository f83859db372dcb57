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
  build: { target: 'es2022', manifest: true, chunkSizeWarningLimit: 3000 },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}'], restoreMocks: true },
});
