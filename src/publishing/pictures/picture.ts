import type { Readable } from 'node:stream';

export interface Picture {
  bytes: Buffer | Readable;
  /** Bytes. */
  length: number;
  /** One of PICTURE_TYPES. */
  type: string;
}
