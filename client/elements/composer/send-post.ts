import { HEADERS, type PostView } from '../../../src/protocol/http';
import { type ApiError, isApiError } from '../../core/errors';
import { session } from '../session';
import type { DraftEditor } from './draft-editor';
import type { PostTarget } from './post-target';

/** Delays between attempts without a response; milliseconds. */
const RETRY_AFTER_MS = [1_000, 2_000, 4_000, 8_000];

const UNANSWERED = new Set<string>(['NETWORK_ERROR', 'OUTCOME_UNKNOWN']);

/**
 * Sends a post with its files, once they are uploaded and the state of this tab is known to be current. Without a
 * response the same request is repeated: due to its key, the server creates one post.
 * @param waiting called before each repetition
 * @returns null if nothing was sent: the user must decide first, or another draft or another user's is shown by now
 * @throws ApiError
 */
export async function sendPost(target: PostTarget, editor: DraftEditor, waiting: () => void): Promise<PostView | null> {
  const { text, media } = editor;
  const { key } = editor.autosave;
  const user = session.getState()?.user.id;
  const isShown = () => editor.autosave.key === key && session.getState()?.user.id === user;
  const ids = await media.ready();
  await session.ensureFresh();
  if (!ids || target.needsDecision || !isShown()) return null;
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
    // The request was refused as a whole, so it may be sent again.
    media.reupload();
    const again = await media.ready();
    return again && isShown() ? request(again) : null;
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

/** Whether the server may have executed the request, with an unknown result. */
export function isUnanswered(error: unknown): error is ApiError {
  return isApiError(error) && UNANSWERED.has(error.error_code);
}

/** The server has deleted the files, or another post uses them. */
function hasLostFiles(error: unknown): boolean {
  return isApiError(error) && error.details.some(({ field, limit }) => field === 'media_ids' && limit === undefined);
}
