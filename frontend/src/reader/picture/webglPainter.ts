import { colours, type TableName } from './colours';
import type { Placed } from './layout';
import { FULL_WINDOW, GAP, type Painter, type Scene, type Volumes } from './scene';
import type { Plane, Volume } from './slices';
import { Textures } from './textures';
import type { PictureKey } from './volume';

/** Pictures in one draw call: two sets of two states. */
const PLACES = [0, 1, 2, 3] as const;
const TABLE_UNIT = PLACES.length;

const VERTEX = `#version 300 es
layout(location=0) in vec4 rectangle;
layout(location=1) in vec3 centre;
layout(location=2) in vec3 right;
layout(location=3) in vec3 down;
layout(location=4) in vec3 picture;
out vec3 position;
flat out vec3 look;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  position = centre + right * (corner.x - .5) + down * (corner.y - .5);
  look = picture;
  vec2 place = rectangle.xy + corner * rectangle.zw;
  gl_Position = vec4(place.x * 2. - 1., 1. - place.y * 2., 0., 1.);
}`;

// A sampler is chosen by a constant only. A texture without depth would clamp by itself: outside is 0 by our own rule.
const FRAGMENT = `#version 300 es
precision highp float;
precision highp sampler3D;
in vec3 position;
flat in vec3 look;
${PLACES.map((place) => `uniform sampler3D volume${place};`).join('\n')}
uniform sampler2D table;
uniform bool interpolate;
out vec4 colour;
float at(sampler3D volume) {
  if (interpolate) return textureLod(volume, position, 0.).r;
  ivec3 size = textureSize(volume, 0);
  return texelFetch(volume, clamp(ivec3(floor(position * vec3(size))), ivec3(0), size - 1), 0).r;
}
void main() {
  float value = ${PLACES.slice(0, -1)
    .map((place) => `look.x < ${place}.5 ? at(volume${place}) : `)
    .join('')}at(volume${PLACES.at(-1)});
  if (any(lessThan(position, vec3(0.))) || any(greaterThan(position, vec3(1.)))) value = 0.;
  float part = clamp((value - look.y) / (look.z - look.y), 0., 1.);
  colour = texture(table, vec2((part * 255. + .5) / 256., .5));
}`;

/** Numbers a tile: rectangle 4, centre 3, right 3, down 3, picture and window 3. */
const ATTRIBUTES = [4, 3, 3, 3, 3];
const STRIDE = ATTRIBUTES.reduce((sum, size) => sum + size, 0);

/** Graphics processors that the processor imitates. */
const IMITATED = /swiftshader|llvmpipe|software|basic render/i;

/**
 * Whether there is a graphics processor to use. An imitated one is none: from key to paint it takes three times as long as the
 * painter without WebGL2, because all pixels of the canvas are made by the processor all the same, and copied once more.
 */
export function hasGraphics(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  const found = gl !== null && !isImitated(gl);
  gl?.getExtension('WEBGL_lose_context')?.loseContext();
  return found;
}

/** Null where WebGL2 fails all the same, or is imitated by now: a browser does so once its graphics processor was lost. */
export function webglPainter(canvas: HTMLCanvasElement): Painter | null {
  const gl = canvas.getContext('webgl2', { alpha: false, antialias: false });
  const program = gl && !isImitated(gl) && linked(gl);
  if (!gl || !program) return null;
  // biome-ignore lint/correctness/useHookAtTopLevel: a call of WebGL, not a hook of React
  gl.useProgram(program);
  for (const place of PLACES) gl.uniform1i(gl.getUniformLocation(program, `volume${place}`), place);
  gl.uniform1i(gl.getUniformLocation(program, 'table'), TABLE_UNIT);
  const interpolate = gl.getUniformLocation(program, 'interpolate');
  bindTable(gl);
  bindAttributes(gl);
  const textures = new Textures(gl);
  if (gl.isContextLost() || gl.getError() !== gl.NO_ERROR) return null;

  let table: TableName | null = null;
  return {
    longest: Math.min(
      ...(gl.getParameter(gl.MAX_VIEWPORT_DIMS) as Int32Array),
      gl.getParameter(gl.MAX_TEXTURE_SIZE),
    ),
    draw(scene, volumes, side) {
      if (table !== scene.table) {
        gl.activeTexture(gl.TEXTURE0 + TABLE_UNIT);
        gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, colours(scene.table));
        table = scene.table;
      }
      const tiles = scene.tiles.filter(({ key }) => volumes[key]);
      const keys = keysOf(tiles);
      for (const [place, key] of keys.entries()) textures.bind(place, volumes[key] as Volume);
      // A browser that is short of memory may give fewer pixels than the canvas asks for: all tiles still fit.
      gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
      gl.clearColor(0, 0, 0, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.uniform1i(interpolate, scene.interpolate ? 1 : 0);
      gl.bufferData(gl.ARRAY_BUFFER, attributes(tiles, keys, scene, side, canvas, volumes), gl.DYNAMIC_DRAW);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, tiles.length);
      textures.trim(keys.length);
    },
    destroy() {
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}

function isImitated(gl: WebGL2RenderingContext): boolean {
  const told = gl.getExtension('WEBGL_debug_renderer_info');
  return told !== null && IMITATED.test(gl.getParameter(told.UNMASKED_RENDERER_WEBGL));
}

function keysOf(tiles: readonly Placed[]): PictureKey[] {
  const keys = [...new Set(tiles.map(({ key }) => key))];
  if (keys.length > PLACES.length) throw new RangeError(`A grid shows at most ${PLACES.length} pictures.`);
  return keys;
}

function attributes(
  tiles: readonly Placed[],
  keys: readonly PictureKey[],
  { windows }: Scene,
  side: number,
  canvas: { width: number; height: number },
  volumes: Volumes,
): Float32Array<ArrayBuffer> {
  const numbers = new Float32Array(tiles.length * STRIDE);
  tiles.forEach(({ row, column, state, key, plane }, index) => {
    const { low, high } = windows[state] ?? FULL_WINDOW;
    numbers.set(
      [
        (column * side) / canvas.width,
        (row * side) / canvas.height,
        (side - GAP) / canvas.width,
        (side - GAP) / canvas.height,
        ...textureVectors(plane, volumes[key] as Volume),
        keys.indexOf(key),
        low,
        high,
      ],
      index * STRIDE,
    );
  });
  return numbers;
}

/** Voxel indices to texture coordinates: the centre of voxel n of N lies at (n + 1/2) / N. */
function textureVectors({ centre, right, down }: Plane, { dims }: Volume): number[] {
  return [
    ...centre.map((at, axis) => (at + 0.5) / (dims[axis] as number)),
    ...right.map((length, axis) => length / (dims[axis] as number)),
    ...down.map((length, axis) => length / (dims[axis] as number)),
  ];
}

function linked(gl: WebGL2RenderingContext): WebGLProgram | null {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) return null;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : null;
}

function bindTable(gl: WebGL2RenderingContext): void {
  gl.activeTexture(gl.TEXTURE0 + TABLE_UNIT);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
}

function bindAttributes(gl: WebGL2RenderingContext): void {
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  let offset = 0;
  for (const [location, size] of ATTRIBUTES.entries()) {
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, size, gl.FLOAT, false, STRIDE * 4, offset * 4);
    gl.vertexAttribDivisor(location, 1);
    offset += size;
  }
}
