import { colours, type TableName } from './colours';
import type { Painter, Scene, Volumes } from './painter';
import type { Plane, Volume } from './slices';

const VERTEX = `#version 300 es
layout(location=0) in vec4 rectangle;
layout(location=1) in vec3 centre;
layout(location=2) in vec3 right;
layout(location=3) in vec3 down;
layout(location=4) in vec3 state;
out vec3 position;
flat out vec3 look;
void main() {
  vec2 corner = vec2(gl_VertexID & 1, gl_VertexID >> 1);
  position = centre + right * (corner.x - .5) + down * (corner.y - .5);
  look = state;
  vec2 place = rectangle.xy + corner * rectangle.zw;
  gl_Position = vec4(place.x * 2. - 1., 1. - place.y * 2., 0., 1.);
}`;

const FRAGMENT = `#version 300 es
precision highp float;
precision highp sampler3D;
in vec3 position;
flat in vec3 look;
uniform sampler3D stress;
uniform sampler3D rest;
uniform sampler2D table;
out vec4 colour;
void main() {
  float value = look.x < .5 ? texture(stress, position).r : texture(rest, position).r;
  if (any(lessThan(position, vec3(0.))) || any(greaterThan(position, vec3(1.)))) value = 0.;
  float part = clamp((value - look.y) / (look.z - look.y), 0., 1.);
  colour = texture(table, vec2((part * 255. + .5) / 256., .5));
}`;

/** Numbers a tile: rectangle 4, centre 3, right 3, down 3, state and window 3. */
const ATTRIBUTES = [4, 3, 3, 3, 3];
const STRIDE = ATTRIBUTES.reduce((sum, size) => sum + size, 0);
const GAP = 1;

/** Null where the browser has no usable WebGL2. */
export function webglPainter(canvas: HTMLCanvasElement, volumes: Volumes): Painter | null {
  const gl = canvas.getContext('webgl2', { alpha: false, antialias: false });
  const program = gl && linked(gl);
  if (!gl || !program) return null;
  // biome-ignore lint/correctness/useHookAtTopLevel: a call of WebGL, not a hook of React
  gl.useProgram(program);
  for (const [unit, state] of (['stress', 'rest'] as const).entries()) {
    uploadVolume(gl, unit, volumes[state]);
    gl.uniform1i(gl.getUniformLocation(program, state), unit);
  }
  bindTable(gl, 2);
  gl.uniform1i(gl.getUniformLocation(program, 'table'), 2);
  bindAttributes(gl);
  if (gl.getError() !== gl.NO_ERROR) return null;

  let table: TableName | null = null;
  return {
    draw(scene, side) {
      if (table !== scene.table) {
        gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, colours(scene.table));
        table = scene.table;
      }
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 1);
      gl.clear(gl.COLOR_BUFFER_BIT);
      gl.bufferData(gl.ARRAY_BUFFER, attributes(scene, side, canvas, volumes), gl.DYNAMIC_DRAW);
      gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, scene.tiles.length);
    },
    destroy() {
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}

function attributes(
  scene: Scene,
  side: number,
  canvas: { width: number; height: number },
  volumes: Volumes,
): Float32Array<ArrayBuffer> {
  const numbers = new Float32Array(scene.tiles.length * STRIDE);
  scene.tiles.forEach(({ row, column, state, plane }, index) => {
    const { low, high } = scene.windows[state];
    numbers.set(
      [
        (column * side) / canvas.width,
        (row * side) / canvas.height,
        (side - GAP) / canvas.width,
        (side - GAP) / canvas.height,
        ...textureVectors(plane, volumes[state]),
        state === 'stress' ? 0 : 1,
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

function uploadVolume(gl: WebGL2RenderingContext, unit: number, { dims, values }: Volume): void {
  gl.activeTexture(gl.TEXTURE0 + unit);
  gl.bindTexture(gl.TEXTURE_3D, gl.createTexture());
  // Half floats can always be filtered, and 11 bits are enough for 256 colours; full floats only with the extension.
  const format = gl.getExtension('OES_texture_float_linear') ? gl.R32F : gl.R16F;
  gl.texImage3D(gl.TEXTURE_3D, 0, format, ...dims, 0, gl.RED, gl.FLOAT, values);
  gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
  gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
  for (const edge of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T, gl.TEXTURE_WRAP_R]) {
    gl.texParameteri(gl.TEXTURE_3D, edge, gl.CLAMP_TO_EDGE);
  }
}

function bindTable(gl: WebGL2RenderingContext, unit: number): void {
  gl.activeTexture(gl.TEXTURE0 + unit);
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
