/** Encodes a file as multipart/form-data, as a stream. */
import { randomUUID } from 'node:crypto';
import type { StreamedBody } from './guarded-fetch';

export interface MediaFile {
  /** Bytes. */
  size: number;
  mimeType: string;
  description: string | null;
  /** Each call starts at the beginning of the file. */
  chunks(): AsyncIterable<Buffer>;
}

const EXTENSIONS: Record<string, string> = { 'image/jpeg': 'jpg', 'video/quicktime': 'mov' };

const extensionOf = (mimeType: string): string => EXTENSIONS[mimeType] ?? mimeType.split('/')[1] ?? 'bin';

/** The file name is unique, because some instances store files by name. */
export function toMultipart({ size, mimeType, description, chunks }: MediaFile) {
  const boundary = `vedfolnir-${randomUUID()}`;
  const field = (name: string, value: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const name = `${randomUUID()}.${extensionOf(mimeType)}`;
  const head = Buffer.from(
    `${description ? field('description', description) : ''}--${boundary}\r\n` +
      `Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${mimeType}\r\n\r\n`,
  );
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  const upload: StreamedBody = {
    length: head.length + size + tail.length,
    async *chunks() {
      yield head;
      yield* chunks();
      yield tail;
    },
  };
  return { upload, headers: { 'content-type': `multipart/form-data; boundary=${boundary}` } };
}
