/** The actions of users; each is applied to the product and to the model. */
import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { connectionForm, type Device, newPlatform, type Person } from './world';

const MINUTE_MS = 60_000;
/** Below and above the limit of a recent sign-in; no sum of them is close to a deadline. */
const SHORT_MS = 11 * MINUTE_MS;
const LONG_MS = 307 * MINUTE_MS;
const MOST_SESSIONS = 4;
const MOST_PLATFORMS = 4;
const MOST_TABS = 2;

interface Choice {
  me: Person;
  device: Device;
  other: Person;
  /** Selects among platforms or devices. */
  pick<T>(from: T[]): T | undefined;
  flag: boolean;
}

const fence = (id: number, pinned: boolean) => ({
  'x-platform-id': String(id),
  ...(pinned && { 'x-platform-pinned': 'true' }),
});

const ACTIONS: Record<string, (choice: Choice) => Promise<unknown>> = {
  async signIn({ me }) {
    if (me.live.length < MOST_SESSIONS) await me.signIn();
  },

  async signOut({ me, device }) {
    // An expired session is allowed to sign out.
    if (device.ended === 'SESSION_EXPIRED') return;
    await me.act(device, 204, 'POST', '/api/auth/logout');
    device.ended ??= 'SESSION_REVOKED';
  },

  async openTab({ me, device }) {
    if (device.ended === null && device.tabs.length < MOST_TABS) await me.openTab(device);
  },

  async connect({ me, device }) {
    if (me.platforms.length >= MOST_PLATFORMS) return;
    const body = connectionForm();
    const answer = await me.act(device, 201, 'POST', '/api/platforms', { body });
    if (device.ended === null) me.connect(newPlatform(Number(answer.body.id), body.name));
  },

  async rename({ me, device, pick }) {
    const platform = pick(me.platforms);
    if (!platform) return;
    const name = `Name ${randomUUID()}`;
    await me.act(device, 200, 'PATCH', `/api/platforms/${platform.id}`, { body: { name } });
    if (device.ended === null) me.rename(platform, name);
  },

  async remove({ me, device, pick }) {
    const platform = pick(me.platforms);
    if (!platform) return;
    await me.act(device, 204, 'DELETE', `/api/platforms/${platform.id}`);
    if (device.ended === null) me.remove(platform);
  },

  async makeDefault({ me, device, pick }) {
    const platform = pick(me.platforms);
    if (!platform) return;
    await me.act(device, 200, 'POST', `/api/platforms/${platform.id}/default`);
    if (device.ended === null) me.makeDefault(platform);
  },

  async switch({ me, device, pick, flag }) {
    const platform = pick(me.platforms);
    if (!platform) return;
    const scope = flag ? 'all' : 'session';
    await me.act(device, 200, 'POST', `/api/switch_platform/${platform.id}`, { body: { scope } });
    if (device.ended === null) me.switch(device, platform, scope);
  },

  async follow({ me, device }) {
    await me.act(device, 200, 'POST', '/api/session/follow');
    if (device.ended === null) me.follow(device);
  },

  /** Objects of another user are reported as not found. */
  async reachForOthers({ me, device, other, pick, flag }) {
    const platform = pick(other.platforms);
    if (!platform) return;
    await me.act(device, 404, 'POST', `/api/switch_platform/${platform.id}`, { body: {} });
    await me.act(device, 404, 'GET', `/api/platforms/${platform.id}`);
    await me.act(device, 404, 'PATCH', `/api/platforms/${platform.id}`, { body: { name: 'mine' } });
    await me.act(device, 404, 'POST', `/api/platforms/${platform.id}/default`);
    await me.act(device, 404, 'DELETE', `/api/platforms/${platform.id}`);
    await me.act(device, 404, 'POST', '/api/posts', { body: { content: 'x' }, headers: fence(platform.id, flag) });
  },

  async end({ me, device, pick }) {
    const target = pick(me.sessions)!;
    const isOwn = target === device;
    const isAllowed = isOwn || device.ended !== null || me.hasRecentLogin(device, me.now());
    const status = !isAllowed ? 403 : target.ended ? 404 : 204;
    await me.act(device, status, 'DELETE', `/api/sessions/${target.id}`);
    if (device.ended === null && status === 204) target.ended = 'SESSION_REVOKED';
  },

  async endOthers({ me, device }) {
    const isAllowed = me.hasRecentLogin(device, me.now());
    await me.act(device, isAllowed ? 200 : 403, 'POST', '/api/sessions/end_others');
    if (device.ended !== null || !isAllowed) return;
    for (const each of me.live) if (each !== device) each.ended = 'SESSION_REVOKED';
  },

  async extend({ me, device }) {
    await me.act(device, 200, 'POST', '/api/session/extend');
    if (device.ended === null) device.activeAt = me.now();
  },

  /** Sent twice with one key, as after a lost response. */
  async post({ me, device, pick, flag }) {
    const platform = pick(me.platforms);
    if (!platform) return;
    const content = randomUUID();
    const headers = { ...fence(platform.id, flag), 'idempotency-key': randomUUID() };
    const isStale = !flag && device.platform !== platform;
    for (const status of isStale ? [409] : [201, 200]) {
      await me.act(device, status, 'POST', '/api/posts', { body: { content }, headers });
    }
    if (device.ended === null && !isStale) platform.posts.push(content);
  },
};

export interface Step {
  action: string;
  who: number;
  device: number;
  choice: number;
  flag: boolean;
}

/** Actions that matter most in combination are more frequent. */
const NAMES = [...Object.keys(ACTIONS), 'switch', 'switch', 'switch', 'follow', 'signIn', 'wait', 'wait'];

export const step: fc.Arbitrary<Step> = fc.record({
  action: fc.constantFrom(...NAMES),
  who: fc.nat({ max: 1 }),
  device: fc.nat({ max: MOST_SESSIONS - 1 }),
  choice: fc.nat({ max: MOST_PLATFORMS - 1 }),
  flag: fc.boolean(),
});

export async function take(people: [Person, Person], { action, who, device, choice, flag }: Step): Promise<void> {
  const me = people[who]!;
  if (action === 'wait') {
    me.app.clock.advance(flag ? LONG_MS : SHORT_MS);
    for (const person of people) person.expire(me.now());
  } else {
    await ACTIONS[action]!({
      me,
      device: me.sessions[device % me.sessions.length]!,
      other: people[1 - who]!,
      pick: (from) => from[choice % Math.max(1, from.length)],
      flag,
    });
  }
  for (const person of people) await person.check();
}
