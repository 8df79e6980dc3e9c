import type { PostView } from '../../../src/protocol/http';
import { ApiError, isApiError } from '../../core/errors';
import { session } from '../session';
import type { DraftEditor } from './draft-editor';
import type { PostText } from './draft-repository';
import type { PostTarget } from './post-target';

const UNKNOWN = 'Nothing is known of whether it was sent; look at your posts before you send it again.';

/**
 * Runs `task`, which is told whether no other tab of this browser runs one for the same. What the tabs tell each other
 * takes a moment, in which both would send.
 */
export async function withSendLock<T>(same: string, task: (free: boolean) => Promise<T>): Promise<T> {
  let begun: Promise<T> | undefined;
  const begin = (free: boolean) => (begun ??= task(free));
  // A browser may have no locks, or refuse them.
  await navigator.locks?.request(`vedfolnir ${same}`, { ifAvailable: true }, (lock) => begin(!!lock)).catch(() => {});
  return begin(true);
}

/** As `deliver`; the other tabs of this browser, which may show the same, know of it. */
export async function sendPost(target: PostTarget, editor: DraftEditor): Promise<PostView | null> {
  const { autosave } = editor;
  // One that failed does not tell what became of the one before.
  const { wasSent } = autosave;
  const kept = () => wasSent || autosave.notifyTabs('kept');
  autosave.notifyTabs('sending');
  try {
    const post = await deliver(target, editor);
    if (!post) kept();
    return post;
  } catch (error) {
    if ((error as Error).message !== UNKNOWN) kept();
    throw error;
  }
}

/**
 * Sends a post with its files, when they are there and this tab is sure to know where the session stands.
 * @returns null when there is something to decide first: nothing was sent then
 * @throws ApiError
 */
async function deliver(target: PostTarget, { text, media }: DraftEditor): Promise<PostView | null> {
  const ids = await media.ready();
  await session.ensureFresh();
  if (!ids || target.needsDecision) return null;
  try {
    return await request(target, text, ids);
  } catch (error) {
    if (!hasLostFiles(error) || ids.length === 0) throw error;
    // It was refused whole, so it may be sent again.
    media.reupload();
    const again = await media.ready();
    return again && request(target, text, again);
  }
}

async function request(target: PostTarget, text: PostText, ids: number[]): Promise<PostView> {
  const chosen = Object.entries(text).filter(([name, value]) => name === 'content' || value !== '');
  const body = { ...Object.fromEntries(chosen), ...(ids.length > 0 && { media_ids: ids }) };
  try {
    return await session.request<PostView>('POST', '/api/posts', { body, headers: target.headers });
  } catch (error) {
    if (isApiError(error) && error.error_code === 'NETWORK_ERROR') throw new ApiError(UNKNOWN, 0, 'GENERIC_ERROR');
    throw error;
  }
}

/** The server has thrown the files away, or another post has them. */
function hasLostFiles(error: unknown): boolean {
  return isApiError(error) && error.details.some(({ field, limit }) => field === 'media_ids' && limit === undefined);
}
