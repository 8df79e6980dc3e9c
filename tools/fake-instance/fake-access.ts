/** What a token of a pretended instance may do: as Mastodon's documentation has it. */
import { FakeRefusal, type FakeToken } from './fake-store';

/** The scope that a route asks for; one that is not here asks for none. */
const NEEDED: Record<string, string> = {
  'GET /api/v1/accounts/verify_credentials': 'read:accounts',
  'GET /api/v1/accounts/:id/statuses': 'read:statuses',
  'GET /api/v1/statuses/:id': 'read:statuses',
  'GET /api/v1/statuses/:id/source': 'read:statuses',
  'POST /api/v1/statuses': 'write:statuses',
  'PUT /api/v1/statuses/:id': 'write:statuses',
  'POST /api/v1/media': 'write:media',
  'POST /api/v2/media': 'write:media',
  'GET /api/v1/media/:id': 'write:media',
  'PUT /api/v1/media/:id': 'write:media',
};

/** What an app may ask for: all of a kind, or a part of it. */
export const MASTODON_SCOPES = ['read', 'write', 'follow', 'push', 'profile', ...Object.values(NEEDED)];
export const PIXELFED_SCOPES = ['read', 'write', 'follow', 'push'];

/** Whether the one scope is the other, or all of its kind. */
export const covers = (granted: readonly string[], scope: string): boolean =>
  granted.includes(scope) || granted.includes(scope.split(':')[0]!);

/** @throws FakeRefusal 403 where the token was not given what the route asks for */
export function requireScope({ scopes }: FakeToken, route: string, isPixelfed: boolean): void {
  const needed = NEEDED[route];
  if (needed === undefined || covers(scopes, needed)) return;
  // Pixelfed says nothing more than that.
  throw new FakeRefusal(403, isPixelfed ? '' : 'This action is outside the authorized scopes');
}
