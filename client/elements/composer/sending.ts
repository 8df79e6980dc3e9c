import type { PostView } from '../../../src/protocol/http';
import { ApiError, isApiError } from '../../core/errors';
import { session } from '../session';
import type { PostText } from './draft-book';
import type { Target } from './target';
import type { Writing } from './writing';

const UNKNOWN = 'Nothing is known of whether it was sent; look at your posts before you send it again.';

/**
 * Runs `task`, which is told whether no other tab of this browser runs one for the same. What the tabs tell each other
 * takes a moment, in which both would send.
 */
export async function alone<T>(same: string, task: (free: boolean) => Promise<T>): Promise<T> {
  let begun: Promise<T> | undefined;
  const begin = (free: boolean) => (begun ??= task(free));
  // A browser may have no locks, or refuse them.
  await navigator.locks?.request(`vedfolnir ${same}`, { ifAvailable: true }, (lock) => begin(!!lock)).catch(() => {});
  return begin(true);
}

/** As `deliver`; the other tabs of this browser, which may show the same, know of it. */
export async function sendPost(target: Target, writing: Writing): Promise<PostView | null> {
  const { keeper } = writing;
  // One that failed does not tell what became of the one before.
  const { wasSent } = keeper;
  const kept = () => wasSent || keeper.tell('kept');
  keeper.tell('sending');
  try {
    const post = await deliver(target, writing);
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
async function deliver(target: Target, { text, tray }: Writing): Promise<PostView | null> {
  const ids = await tray.ready();
  await session.ensureFresh();
  if (!ids || target.asks) return null;
  try {
    return await request(target, text, ids);
  } catch (error) {
    if (!hasLostFiles(error) || ids.length === 0) throw error;
    // It was refused whole, so it may be sent again.
    tray.startOver();
    const again = await tray.ready();
    return again && request(target, text, again);
  }
}

async function request(target: Target, text: PostText, ids: number[]): Promise<PostView> {
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
