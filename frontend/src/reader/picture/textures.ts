import type { Volume } from './slices';

/** A gated study of 16 frames in both states fits, and the pictures of the read beside it. */
const MOST_BYTES = 128e6;

/** Volumes on the graphics processor: each is sent once and kept while there is room, the one used longest ago goes first. */
export class Textures {
  private readonly kept = new Map<Volume, WebGLTexture>();
  private bytes = 0;
  private readonly full: boolean;

  constructor(private readonly gl: WebGL2RenderingContext) {
    // Half floats can always be filtered, and 11 bits are enough for 256 colours; full floats only with the extension.
    this.full = gl.getExtension('OES_texture_float_linear') !== null;
  }

  bind(unit: number, volume: Volume): void {
    const { gl, kept } = this;
    gl.activeTexture(gl.TEXTURE0 + unit);
    const known = kept.get(volume);
    if (known) {
      kept.delete(volume);
      kept.set(volume, known);
      gl.bindTexture(gl.TEXTURE_3D, known);
      return;
    }
    const made = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_3D, made);
    this.send(volume);
    kept.set(volume, made);
    this.bytes += this.size(volume);
  }

  /** Called after a picture was drawn: what it used is the latest and stays. */
  trim(used: number): void {
    for (const [volume, texture] of this.kept) {
      if (this.bytes <= MOST_BYTES || this.kept.size <= used) return;
      this.gl.deleteTexture(texture);
      this.kept.delete(volume);
      this.bytes -= this.size(volume);
    }
  }

  private size({ values }: Volume): number {
    return values.length * (this.full ? 4 : 2);
  }

  private send({ dims, values }: Volume): void {
    const { gl } = this;
    gl.texImage3D(gl.TEXTURE_3D, 0, this.full ? gl.R32F : gl.R16F, ...dims, 0, gl.RED, gl.FLOAT, values);
    gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_3D, gl.TEXTURE_MAG_FILTER, gl.LINEAR);
    for (const edge of [gl.TEXTURE_WRAP_S, gl.TEXTURE_WRAP_T, gl.TEXTURE_WRAP_R]) {
      gl.texParameteri(gl.TEXTURE_3D, edge, gl.CLAMP_TO_EDGE);
    }
  }
}
