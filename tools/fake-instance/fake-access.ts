/** Scopes of tokens of a fake instance, from Mastodon's documentation. */
import { FakeRefusal, type FakeToken } from './fake-store';

/** Scope that a route requires; none for routes not listed. */
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

/** Scopes that an app may request. */
export const MASTODON_SCOPES = ['read', 'write', 'follow', 'push', 'profile', ...Object.values(NEEDED)];
export const PIXELFED_SCOPES = ['read', 'write', 'follow', 'push'];

/** Whether `scope` or its top-level scope has been granted. */
export const covers = (granted: readonly string[], scope: string): boolean =>
  granted.includes(scope) || granted.includes(scope.split(':')[0]!);

/** @throws FakeRefusal 403 if the token lacks the required scope */
export function requireScope({ scopes }: FakeToken, route: string, isPixelfed: boolean): void {
  const needed = NEEDED[route];
  if (needed === undefined || covers(scopes, needed)) return;
  // Pixelfed sends no message.
  throw new FakeRefusal(403, isPixelfed ? '' : 'This action is outside the authorized scopes');
}
