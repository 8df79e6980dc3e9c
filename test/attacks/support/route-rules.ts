/** For every route: who may call it, what its ids refer to, and a valid sample request. */
import type { Household } from '../../integration/support/household';
import { MULTIPART, pictureForm } from '../../integration/support/household';
import type { Route } from '../../support/route-table';
import { sharedInstanceUrl } from '../../support/shared-instances';

/** What an id refers to; `user` ids are for administrators only. */
export type IdKind = 'platform' | 'post' | 'image' | 'session' | 'user';

export interface RouteRule {
  access: 'public' | 'user' | 'admin';
  /** Status of the sample request, sent by a permitted caller. */
  status: number;
  /** What `:id` in the path refers to. */
  id?: IdKind;
  /** Acts on the platform in X-Platform-Id. */
  platform?: true;
  /** Accepts an expired session. */
  allowExpired?: true;
  /** Deletes or changes what other routes' samples need. */
  spends?: true;
  body?: (home: Household) => unknown;
  /** An id in the body, and the error code when it belongs to another user. */
  bodyId?: { name: string; kind: IdKind; isList?: true; refusal: string };
  headers?: Record<string, string>;
}

const PASSWORD = 'correct horse battery staple';
const ACCOUNT = { username: 'sample', email: 'sample@example.org', password: PASSWORD };

const page: RouteRule = { access: 'user', status: 200 };
const publicPage: RouteRule = { access: 'public', status: 200 };
const admin: RouteRule = { access: 'admin', status: 200 };

export const ROUTE_RULES: Record<string, RouteRule> = {
  // Redirects signed-in callers to the start page.
  'GET /login': { access: 'public', status: 303 },
  'GET /register': { access: 'public', status: 303 },
  'GET /reset': publicPage,
  'GET /': page,
  'GET /platforms': page,
  'GET /images': page,
  'GET /devices': page,
  'GET /activity': page,
  'GET /account': page,
  'GET /admin': admin,
  'GET /create_post': { ...page, platform: true },
  'POST /create_post': {
    access: 'user',
    status: 303,
    body: ({ platforms }) => ({ content: 'sample', platform_id: String(platforms[0]!.id) }),
    bodyId: { name: 'platform_id', kind: 'platform', refusal: 'PLATFORM_NOT_FOUND' },
  },
  'GET /health/live': publicPage,
  'GET /health/ready': publicPage,
  'GET /metrics': publicPage,
  // The file does not exist; no session is needed to find that out.
  'GET /client/:file': { access: 'public', status: 404 },
  'GET /client/:folder/:file': { access: 'public', status: 404 },
  // Always redirects to the platforms page.
  'GET /platforms/callback/:instance': { access: 'user', status: 303 },

  'POST /api/auth/register': { access: 'public', status: 201, spends: true, body: () => ACCOUNT },
  'POST /api/auth/login': {
    access: 'public',
    status: 401,
    body: () => ({ username: 'sample', password: 'not this one' }),
  },
  'POST /api/auth/reset': {
    access: 'public',
    status: 400,
    body: () => ({ token: 'x', new_password: 'a long one that is new' }),
  },
  'POST /api/auth/logout': { access: 'user', status: 204, allowExpired: true, spends: true },
  'POST /api/auth/reauthenticate': { access: 'user', status: 200, body: () => ({ password: PASSWORD }) },
  'POST /api/auth/password': {
    access: 'user',
    status: 200,
    spends: true,
    body: () => ({ current_password: PASSWORD, new_password: 'a long one that is new' }),
  },

  'GET /api/session': page,
  'POST /api/session/extend': page,
  'POST /api/session/follow': page,
  'GET /api/sessions': page,
  'PATCH /api/sessions/:id': { access: 'user', status: 204, id: 'session', body: () => ({ name: 'Kitchen' }) },
  'DELETE /api/sessions/:id': { access: 'user', status: 204, spends: true, id: 'session' },
  'POST /api/sessions/end_others': { ...page, spends: true },

  'GET /api/user_platforms': page,
  'POST /api/switch_platform/:id': { access: 'user', status: 200, id: 'platform' },
  'POST /api/platforms': {
    access: 'user',
    status: 201,
    body: () => ({ instance_url: sharedInstanceUrl(), access_token: 't' }),
  },
  // The sample's instance does not exist.
  'POST /api/platforms/connect': {
    access: 'user',
    status: 502,
    body: () => ({ platform_type: 'mastodon', instance_url: 'https://new.example' }),
  },
  'GET /api/platforms/:id': { access: 'user', status: 200, id: 'platform' },
  'PATCH /api/platforms/:id': { access: 'user', status: 200, id: 'platform', body: () => ({ name: 'Renamed' }) },
  'DELETE /api/platforms/:id': { access: 'user', status: 204, spends: true, id: 'platform' },
  'POST /api/platforms/:id/default': { access: 'user', status: 200, id: 'platform' },
  'POST /api/platforms/:id/test': { access: 'user', status: 200, id: 'platform' },
  'POST /api/platforms/:id/import': { access: 'user', status: 200, id: 'platform' },
  'GET /api/platforms/:id/import': { access: 'user', status: 200, id: 'platform' },

  // The sample's instance has none.
  'GET /api/platforms/:id/avatar': { access: 'user', status: 404, id: 'platform' },

  'GET /api/posts': { access: 'user', status: 200, platform: true },
  'POST /api/posts': {
    access: 'user',
    status: 201,
    platform: true,
    spends: true,
    body: ({ image }) => ({ content: 'sample', media_ids: [image] }),
    bodyId: { name: 'media_ids', kind: 'image', isList: true, refusal: 'VALIDATION_ERROR' },
  },
  'PUT /api/posts/:id': {
    access: 'user',
    status: 200,
    id: 'post',
    platform: true,
    spends: true,
    body: ({ image }) => ({ content: 'changed', media_ids: [image] }),
    bodyId: { name: 'media_ids', kind: 'image', isList: true, refusal: 'VALIDATION_ERROR' },
  },
  // A queued post cannot be retried.
  'POST /api/posts/:id/retry': { access: 'user', status: 409, id: 'post', platform: true },
  'DELETE /api/posts/:id': { access: 'user', status: 204, spends: true, id: 'post', platform: true },
  'GET /api/user_data': { access: 'user', status: 200, platform: true },
  'GET /api/platform_data': { access: 'user', status: 200, platform: true },
  'GET /api/platform_statistics': { access: 'user', status: 200, platform: true },
  'GET /api/pending_images': { access: 'user', status: 200, platform: true },
  'POST /api/media': {
    access: 'user',
    status: 201,
    platform: true,
    headers: { 'content-type': MULTIPART },
    body: pictureForm,
  },
  'GET /api/media/:id/picture': { access: 'user', status: 200, id: 'image' },
  'PATCH /api/media/:id': {
    access: 'user',
    status: 200,
    id: 'image',
    platform: true,
    body: () => ({ alt_text: 'sample' }),
  },
  'DELETE /api/media/:id': { access: 'user', status: 204, spends: true, id: 'image', platform: true },

  'GET /api/audit': page,
  'GET /api/admin/audit': admin,
  'GET /api/admin/overview': admin,
  'GET /api/admin/performance': admin,
  'GET /api/admin/sessions': admin,
  'DELETE /api/admin/sessions/:id': { access: 'admin', status: 204, spends: true, id: 'session' },
  'POST /api/admin/sessions/validate': {
    ...admin,
    body: ({ deviceSession, user }) => ({ pairs: [[deviceSession, user]] }),
  },
  'POST /api/admin/sessions/cleanup': { ...admin, body: ({ user }) => ({ user_ids: [user] }) },
  'POST /api/cleanup_sessions': { ...admin, allowExpired: true },
  'GET /api/admin/users': admin,
  'POST /api/admin/users/:id/disable': { access: 'admin', status: 200, id: 'user', spends: true },
  'POST /api/admin/users/:id/enable': { access: 'admin', status: 204, id: 'user' },
};

export const nameOf = ({ method, path }: Pick<Route, 'method' | 'path'>): string => `${method} ${path}`;

export const isUnsafe = ({ method }: Pick<Route, 'method'>): boolean => method !== 'GET';

/** The household's id of this kind that the samples act on. */
export function idOf(home: Household, kind: IdKind): string {
  const { platforms, post, image, deviceSession, user } = home;
  const ids = { platform: platforms[0]!.id, post, image, session: deviceSession, user };
  return String(ids[kind]);
}

/** The sample request for this household. */
export interface Sample {
  method: string;
  path: string;
  body?: unknown;
  headers: Record<string, string>;
}

/** @throws Error for a route that has no rule */
export function ruleOf(route: Pick<Route, 'method' | 'path'>): RouteRule {
  const rule = ROUTE_RULES[nameOf(route)];
  if (!rule) throw new Error(`${nameOf(route)} has no rule: say in route-rules.ts who may call it`);
  return rule;
}

export function sampleOf(home: Household, route: Pick<Route, 'method' | 'path'>): Sample {
  const { id, platform, body, headers } = ruleOf(route);
  const path = route.path.replaceAll(/:\w+/g, (name) => (name === ':id' && id ? idOf(home, id) : 'sample'));
  const fence: Record<string, string> = platform ? { 'x-platform-id': idOf(home, 'platform') } : {};
  return { method: route.method, path, body: body?.(home), headers: { ...fence, ...headers } };
}
