/** Reads one upload as a stream: bounded, in chunks, with its type checked before the first chunk is stored. */
import { AppError, invalidField } from '../../common/app-error';
import { toAppError } from '../../common/to-app-error';
import { isPlainText } from '../../common/validation';
import type { Part } from '../../http/multipart';
import type { MediaLimitsView } from '../../protocol/http';
import { acceptedTypes, descriptionLength, maxDescriptionLength, maxFileBytes } from '../../protocol/media';
import { SNIFF_BYTES, sniffMime } from './sniff';

/** A BLOB of MySQL holds at most 65,535 bytes. */
const CHUNK_BYTES = 60 * 1024;
/** Chunks per write; bounds the memory to about 1 MB per upload. */
const CHUNKS_PER_WRITE = 16;

export interface Upload {
  altText: string | null;
  mimeType: string;
  size: number;
}

/**
 * @param limits of the instance; null until it has reported them
 * @param keep stores chunks; `from` is the position of the first
 * @throws AppError VALIDATION_ERROR or PAYLOAD_TOO_LARGE
 */
export async function readUpload(
  parts: AsyncIterable<Part>,
  limits: MediaLimitsView | null,
  keep: (from: number, chunks: Buffer[]) => Promise<void>,
): Promise<Upload> {
  let altText: string | null = null;
  let file: Omit<Upload, 'altText'> | null = null;
  for await (const part of withClientErrors(parts)) {
    if (part.kind === 'field' && part.name === 'alt_text') {
      altText = checkAltText(part.value, limits, part.truncated);
    } else if (part.kind === 'file' && part.name === 'file' && !file) {
      file = await readFile(part.stream, limits, keep);
    } else {
      // A part can lack a name, although its type requires one.
      throw invalidField(String(part.name).slice(0, 40), 'Only file and alt_text are accepted here');
    }
  }
  if (!file) throw invalidField('file', 'A file is needed');
  return { ...file, altText };
}

/** Reports read errors as faults of the request: the stream comes from the caller. */
async function* withClientErrors<T>(source: AsyncIterable<T>): AsyncIterable<T> {
  try {
    yield* source;
  } catch (thrown) {
    const error = toAppError(thrown);
    throw error.status < 500 ? error : invalidField('file', 'The upload could not be read');
  }
}

/** @returns null for a blank text @throws AppError VALIDATION_ERROR */
export function checkAltText(value: unknown, limits: MediaLimitsView | null, truncated = false): string | null {
  if (!isPlainText(value)) throw invalidField('alt_text', 'alt_text must be plain text');
  const limit = maxDescriptionLength(limits);
  const count = descriptionLength(value);
  if (count > limit || truncated) {
    const message = `alt_text has ${count} characters; at most ${limit} are allowed`;
    throw new AppError('VALIDATION_ERROR', { details: [{ field: 'alt_text', message, limit, count }] });
  }
  return value.trim() === '' ? null : value;
}

async function readFile(
  stream: AsyncIterable<Buffer>,
  limits: MediaLimitsView | null,
  keep: (from: number, chunks: Buffer[]) => Promise<void>,
): Promise<Omit<Upload, 'altText'>> {
  let rest = Buffer.alloc(0);
  let full: Buffer[] = [];
  let kept = 0;
  let size = 0;
  let mimeType: string | null = null;
  const flush = async (): Promise<void> => {
    if (full.length > 0) await keep(kept, full);
    kept += full.length;
    full = [];
  };
  for await (const piece of withClientErrors(stream)) {
    size += piece.length;
    rest = Buffer.concat([rest, piece]);
    if (mimeType === null && rest.length >= SNIFF_BYTES) mimeType = checkType(rest, limits);
    if (mimeType !== null) checkSize(size, mimeType, limits);
    for (; rest.length >= CHUNK_BYTES; rest = rest.subarray(CHUNK_BYTES))
      full.push(Buffer.from(rest.subarray(0, CHUNK_BYTES)));
    if (full.length >= CHUNKS_PER_WRITE) await flush();
  }
  mimeType ??= checkType(rest, limits);
  if (rest.length > 0) full.push(rest);
  await flush();
  return { mimeType, size };
}

function checkType(head: Buffer, limits: MediaLimitsView | null): string {
  const type = sniffMime(head.subarray(0, SNIFF_BYTES));
  const accepted = acceptedTypes(limits);
  if (type === null || !accepted.includes(type)) {
    throw invalidField('file', `Files of this type are not accepted; these are: ${accepted.join(', ')}`);
  }
  return type;
}

function checkSize(size: number, mimeType: string, limits: MediaLimitsView | null): void {
  const limit = maxFileBytes(limits, mimeType);
  if (size <= limit) return;
  const message = `The file is too large; at most ${limit} bytes are allowed`;
  throw new AppError('VALIDATION_ERROR', { details: [{ field: 'file', message, limit, count: size }] });
}
