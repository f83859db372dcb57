/** Stands in for vtk's mesh readers in the bundle (see vite.config.ts). */
export default {};
