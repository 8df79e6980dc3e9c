import type { UserPlatformsView } from '../../src/protocol/http';
import { session } from './session';

/** The person's platforms. By the page's own doing: it keeps no session alive. @throws ApiError */
export function loadPlatforms(): Promise<UserPlatformsView> {
  return session.request<UserPlatformsView>('GET', '/api/user_platforms', { background: true });
}
