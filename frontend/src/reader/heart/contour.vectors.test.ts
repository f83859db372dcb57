import { expect, it } from 'vitest';
import { knots } from './contour';
import vectors from './contour.vectors.json';

it('lays the net where the server read the wall', () => {
  const distances = Float32Array.from(vectors.distances, (hundredths) => hundredths / 100);
  const net = knots(
    { rings: 24, angles: 72, distances },
    { dims: [80, 80, 64], spacing: 2, ventricle: vectors.lv },
  );
  for (const [place, point] of Object.entries(vectors.points)) {
    const [ring = 0, angle = 0] = place.split(' ').map(Number);
    const knot = net[ring + 1]?.[angle] ?? [];
    for (const [axis, value] of point.entries()) expect(knot[axis]).toBeCloseTo(value, 2);
  }
});
