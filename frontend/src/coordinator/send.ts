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
  /** The connection was lost, or is back. */
  onConnection?: (lost: boolean) => void;
  signal: AbortSignal;
  parallel?: number;
  attempts?: number;
}

/**
 * Send every parcel, a few at a time. A lost connection is waited for, however long it takes; a stumbling server is
 * tried again with growing pauses; a refusal is not, and never stops the others.
 *
 * @returns the parcels that could not be delivered, with the last reason.
 */
export async function sendAll(parcels: readonly Parcel[], delivery: Delivery): Promise<Failed[]> {
  const { onDone, signal, parallel = 4 } = delivery;
  const failed: Failed[] = [];
  let next = 0;
  const lane = async () => {
    for (let parcel = parcels[next++]; parcel; parcel = parcels[next++]) {
      signal.throwIfAborted();
      const error = await sendOne(parcel, delivery);
      if (error) failed.push({ sha256: parcel.sha256, error });
      onDone(parcel);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, parcels.length) }, lane));
  return failed;
}

async function sendOne(
  parcel: Parcel,
  { put, wait, signal, onConnection, attempts = 5 }: Delivery,
): Promise<ApiError | null> {
  let body: Blob | ArrayBuffer;
  try {
    body = await parcel.body();
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof ApiError ? error : new ApiError(0, 'unreadable', String(error));
  }
  for (let lost = 0, failed = 0; ; ) {
    try {
      await put(parcel, body);
      onConnection?.(false);
      return null;
    } catch (error) {
      signal.throwIfAborted();
      const known = error instanceof ApiError ? error : new ApiError(0, 'unreadable', String(error));
      if (known.code === 'unreadable') return known;
      if (isLost(known)) {
        onConnection?.(true);
        await wait(pause(++lost));
      } else {
        failed += 1;
        if (!mayPass(known) || failed >= attempts) return known;
        await wait(pause(failed));
      }
      signal.throwIfAborted();
    }
  }
}

/** No answer came at all. */
export function isLost(error: unknown): boolean {
  return error instanceof ApiError && error.status === 0 && error.code === 'network';
}

/** Whether the same request may succeed later; bytes that arrived damaged are worth another try. */
function mayPass(error: ApiError): boolean {
  return error.code === 'digest' || error.status === 408 || error.status === 429 || error.status >= 500;
}

/** Half a second, doubling, at most eight. */
function pause(attempt: number): number {
  return Math.min(8000, 500 * 2 ** (attempt - 1));
}
