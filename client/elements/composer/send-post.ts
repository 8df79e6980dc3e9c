import { HEADERS, type PostView } from '../../../src/protocol/http';
import { type ApiError, isApiError } from '../../core/errors';
import { session } from '../session';
import type { DraftEditor } from './draft-editor';
import type { PostTarget } from './post-target';

/** Between two tries of a request of which no answer came; milliseconds. */
const RETRY_AFTER_MS = [1_000, 2_000, 4_000, 8_000];

const UNANSWERED = new Set<string>(['NETWORK_ERROR', 'OUTCOME_UNKNOWN']);

/**
 * Sends a post with its files, when they are there and this tab is sure to know where the session stands. Where no answer
 * comes, the same request is sent again: its key makes one post of all of them.
 * @param waiting is told before each further try
 * @returns null when there is something to decide first: nothing was sent then
 * @throws ApiError
 */
export async function sendPost(target: PostTarget, editor: DraftEditor, waiting: () => void): Promise<PostView | null> {
  const { text, media } = editor;
  const { key } = editor.autosave;
  const ids = await media.ready();
  await session.ensureFresh();
  if (!ids || target.needsDecision) return null;
  const chosen = Object.entries(text).filter(([name, value]) => name === 'content' || value !== '');
  const headers = { ...target.headers, [HEADERS.idempotencyKey]: key };
  const request = (mediaIds: number[]) => {
    const body = { ...Object.fromEntries(chosen), ...(mediaIds.length > 0 && { media_ids: mediaIds }) };
    return untilAnswered(() => session.request<PostView>('POST', '/api/posts', { body, headers }), waiting);
  };
  try {
    return await request(ids);
  } catch (error) {
    if (!hasLostFiles(error) || ids.length === 0) throw error;
    // It was refused whole, so it may be sent again.
    media.reupload();
    const again = await media.ready();
    return again && request(again);
  }
}

async function untilAnswered<T>(task: () => Promise<T>, waiting: () => void): Promise<T> {
  for (const pauseMs of RETRY_AFTER_MS) {
    try {
      return await task();
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      waiting();
      const seconds = error.retry_after ?? 0;
      await new Promise((resolve) => window.setTimeout(resolve, Math.max(pauseMs, seconds * 1_000)));
    }
  }
  return task();
}

/** Whether the server may have taken the request, and nothing is known of it. */
export function isUnanswered(error: unknown): error is ApiError {
  return isApiError(error) && UNANSWERED.has(error.error_code);
}

/** The server has thrown the files away, or another post has them. */
function hasLostFiles(error: unknown): boolean {
  return isApiError(error) && error.details.some(({ field, limit }) => field === 'media_ids' && limit === undefined);
}
