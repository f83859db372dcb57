import { describe, expect, it } from 'vitest';
import { cleaned, codingOf, decodedRle } from './codestream';
import { decoded } from './decoding';
import { ALLOCATED, COLUMNS, type Item, latin, PIXEL_DATA, ROWS, SAMPLES, type Structure } from './tree';

const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const SHAPE = { rows: 12, columns: 16, samples: 1, bytesPerSample: 2 };

/** Made by libjpeg, OpenJPEG and CharLS; then a name was written into them, and behind them. */
const STREAMS = {
  jpeg: '/9j/4QAQRXhpZgAATVJOIDQ3MTH/4AAQSkZJRgABAQAAAQABAAD//gANWUFNQURBIFRBUk//2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAMABABAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APz00Twj935P0r0DRPCP3fk/StrRNNg+X5K9A0TTYPl+Sv/ZWUFNQURBIEJFSElORA==',
  jpeg_2000:
    '/0//UQApAAAAAAAQAAAADAAAAAAAAAAAAAAAEAAAAAwAAAAAAAAAAAABDwEB/2QADwABWUFNQURBIFRBUk//UgAMAAAAAQADBAQAAf9cAA1AgIiIkIiIkIiIkP9kACUAAUNyZWF0ZWQgYnkgT3BlbkpQRUcgdmVyc2lvbiAyLjUuNP+QAAoAAAAAAFYAAf9kAA8AAVlBTUFEQSBUQVJP/5Pf+JBQB4FXWTgdq1qZP8AA+QHAABCADPb3CMAAfCHAAPkBgBvtfwy/L8AAOhwAB8IYNpz3QI4A/9lZQU1BREEgQkVISU5E',
  jpeg_ls:
    '/9j//gANWUFNQURBIFRBUk//9wALBwAMABABAREA/9oACAEBAAAAAMYhzAow8ACDRgLIDJQfAAACuAAACuAAACuOnVYAAAVwAAAVwAAAVx06rVqQAAArwAAFFdKyVUqJTVJUUAAAFcrUnWqlmnYpV6NahVngBLWWqtR03SdF0UAAAK79r6z7Y8r91uq3NWsANqzVVqrUdN03STubFFiiv+t+t6r6rVAG1ZqrVVqLUdN01X1f1ftbtbtbtXlWoANqrVWqtUaotRaapyvyvytytyrypypTAP/ZWUFNQURBIEJFSElORA==',
} as const;

describe('a compressed frame', () => {
  it.each(['jpeg', 'jpeg_2000', 'jpeg_ls'] as const)(
    'of %s keeps what decodes it, and nothing else',
    (coding) => {
      const frame = bytes(atob(STREAMS[coding]));
      const clean = latin(cleaned(coding, frame, SHAPE));
      expect(latin(frame)).toContain('YAMADA');
      expect(clean).not.toMatch(/YAMADA|OpenJPEG|Exif|MRN/);
      expect(clean.endsWith('\xff\xd9')).toBe(true);
      expect(latin(cleaned(coding, bytes(clean), SHAPE))).toBe(clean); // again: nothing changes
    },
  );

  it.each(['jpeg', 'jpeg_2000', 'jpeg_ls'] as const)('of %s must have the size of the header', (coding) => {
    const frame = bytes(atob(STREAMS[coding]));
    for (const shape of [
      { ...SHAPE, rows: 13 },
      { ...SHAPE, columns: 1 },
      { ...SHAPE, samples: 3 },
    ])
      expect(() => cleaned(coding, frame, shape)).toThrow('dimensions_differ');
  });

  it.each(['jpeg', 'jpeg_2000', 'jpeg_ls'] as const)('of %s that is cut anywhere is told', (coding) => {
    const frame = bytes(atob(STREAMS[coding]));
    const end = frame.length - 'YAMADA BEHIND'.length;
    for (let length = 0; length < end; length += 1)
      expect(() => cleaned(coding, frame.subarray(0, length), SHAPE)).toThrow('bad_codestream');
  });

  it('of another coding is none', () => {
    expect(() => cleaned('jpeg', bytes(atob(STREAMS.jpeg_2000)), SHAPE)).toThrow('bad_codestream');
    expect(() => cleaned('jpeg_2000', bytes(atob(STREAMS.jpeg)), SHAPE)).toThrow('bad_codestream');
    expect([codingOf('1.2.840.10008.1.2.4.100'), codingOf('constructor')]).toEqual([null, null]);
  });
});

describe('run lengths', () => {
  const header = (...offsets: number[]) => {
    const words = new Uint32Array(16);
    words.set([offsets.length, ...offsets]);
    return [...new Uint8Array(words.buffer)];
  };
  const shape = { rows: 2, columns: 3, samples: 1, bytesPerSample: 2 };
  // High bytes: six times 1. Low bytes: 10, 11, 12 as they are, then 7 three times.
  const frame = Uint8Array.from([...header(64, 66), 251, 1, 2, 10, 11, 12, 254, 7]);

  it('become little-endian pixels', () => {
    expect([...decodedRle(frame, shape)]).toEqual([10, 1, 11, 1, 12, 1, 7, 1, 7, 1, 7, 1]);
  });

  it('that are too short, too long or elsewhere are told', () => {
    expect(() => decodedRle(frame.subarray(0, frame.length - 1), shape)).toThrow('dimensions_differ');
    expect(() => decodedRle(frame, { ...shape, rows: 3 })).toThrow('dimensions_differ');
    expect(() => decodedRle(frame.subarray(0, 60), shape)).toThrow('bad_codestream');
    expect(() => decodedRle(Uint8Array.from([...header(64, 9999), 0]), shape)).toThrow('bad_codestream');
  });

  it('of several fragments are put together by the table of offsets', () => {
    const short = (value: number) => ({ vr: 'US', value: Uint8Array.from([value, 0]), items: [] });
    const root: Item = new Map([
      [SAMPLES, short(1)],
      [ROWS, short(2)],
      [COLUMNS, short(3)],
      [ALLOCATED, short(16)],
      [PIXEL_DATA, { vr: 'OB', value: new Uint8Array(0), items: [] }],
    ]);
    const parts = [frame.subarray(0, 66), frame.subarray(66), frame];
    const structure: Structure = {
      transferSyntax: '1.2.840.10008.1.2.5',
      root,
      frames: 2,
      pixels: 12,
      pixelBytes: 24,
      head: new Uint8Array(0),
      meta: new Map(),
      fragments: [new Uint8Array(new Uint32Array([0, 8 + 66 + 8 + frame.length - 66]).buffer), ...parts],
    };
    const plain = decoded(structure);
    expect(plain.fragments).toEqual([]);
    expect(plain.root.get(PIXEL_DATA)?.value.length).toBe(24);
    const lying = { ...structure, fragments: [new Uint8Array(new Uint32Array([0, 5]).buffer), ...parts] };
    expect(() => decoded(lying)).toThrow('bad_offsets');
    expect(() => decoded({ ...structure, fragments: [new Uint8Array(0), ...parts] })).toThrow('bad_offsets');
  });
});
