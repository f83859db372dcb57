import { ApiError } from '../shared/api';

export interface Parcel {
  sha256: string;
  size: number;
  body: () => Promise<Blob | ArrayBuffer>;
}

export interface Failed {
  sha256: string;
  error: ApiError;
}

export interface Delivery {
  put: (parcel: Parcel, body: Blob | ArrayBuffer) => Promise<void>;
  wait: (milliseconds: number) => Promise<void>;
  /** After every file, sent or given up, with its bytes. */
  onDone: (parcel: Parcel) => void;
  signal: AbortSignal;
  parallel?: number;
  attempts?: number;
}

/**
 * Send every parcel, a few at a time. A lost connection or a stumbling server is tried again with growing pauses;
 * a refusal is not, and never stops the others.
 *
 * @returns the parcels that could not be delivered, with the last reason.
 */
export async function sendAll(parcels: readonly Parcel[], delivery: Delivery): Promise<Failed[]> {
  const { onDone, signal, parallel = 4 } = delivery;
  const failed: Failed[] = [];
  const queue = [...parcels];
  const lane = async () => {
    for (let parcel = queue.shift(); parcel; parcel = queue.shift()) {
      signal.throwIfAborted();
      const error = await sendOne(parcel, delivery);
      if (error) failed.push({ sha256: parcel.sha256, error });
      onDone(parcel);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, queue.length) }, lane));
  return failed;
}

async function sendOne(
  parcel: Parcel,
  { put, wait, signal, attempts = 5 }: Delivery,
): Promise<ApiError | null> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await put(parcel, await parcel.body());
      return null;
    } catch (error) {
      signal.throwIfAborted();
      const known = error instanceof ApiError ? error : new ApiError(0, 'unreadable', String(error));
      if (!mayPass(known) || attempt >= attempts) return known;
      await wait(pause(attempt));
    }
  }
}

/** Whether the same request may succeed later. */
function mayPass(error: ApiError): boolean {
  if (error.code === 'unreadable') return false;
  return error.status === 0 || error.status === 408 || error.status === 429 || error.status >= 500;
}

/** Half a second, doubling, at most eight. */
function pause(attempt: number): number {
  return Math.min(8000, 500 * 2 ** (attempt - 1));
}
