/** One user's sessions as the contract describes them: a revision for each change, events for every tab. */
import type { PlatformSwitched, PlatformsChanged, SessionEnded } from '../../../src/protocol/events';
import type { PlatformView, RestSessionState, SessionState } from '../../../src/protocol/http';

export type Fact =
  | { name: 'platform:switched'; payload: PlatformSwitched }
  | { name: 'platforms:changed'; payload: PlatformsChanged }
  | { name: 'session:state'; payload: SessionState };

export const SESSION_A = '11111111-1111-4111-8111-111111111111';
export const SESSION_B = '22222222-2222-4222-8222-222222222222';
/** A session of another user. */
export const OTHER_USERS_SESSION = '33333333-3333-4333-8333-333333333333';

const LIFETIME_MS = 24 * 3_600_000;

export function platform(id: number): PlatformView {
  return {
    id,
    name: `Platform ${id}`,
    platform_type: id % 2 ? 'mastodon' : 'pixelfed',
    instance_url: `https://p${id}.example`,
    username: null,
    is_default: id === 1,
    is_active: true,
    display_name: null,
    avatar_url: null,
    needs_reconnect: false,
    max_characters: id % 2 ? 500 : 2200,
    characters_per_url: 23,
  };
}

/** The end of a session, as its tabs are told. */
export function endOf(session_id: string, reason: SessionEnded['reason']): SessionEnded {
  return { session_id, reason, error_code: 'SESSION_REVOKED', at: iso(0) };
}

export class FakeServer {
  revision = 1;
  platforms = [platform(1), platform(2), platform(3)];
  active: Record<string, number | null> = { [SESSION_A]: 1, [SESSION_B]: 1 };
  /** Sessions that keep their platform when others switch. */
  readonly pinned = new Set<string>();
  userId = 7;
  username = 'ada';
  idleMs = 12 * 3_600_000;
  /** Counts the replacements of the sessions' tokens. */
  tokens = 0;
  lastActivity: number;
  readonly createdAt: number;

  constructor(private readonly now: () => number = () => 0) {
    this.createdAt = now();
    this.lastActivity = now();
  }

  find(id: number | null): PlatformView | null {
    return this.platforms.find((one) => one.id === id) ?? null;
  }

  get expiresAt(): number {
    return Math.min(this.lastActivity + this.idleMs, this.createdAt + LIFETIME_MS);
  }

  deadlines() {
    const idle = this.lastActivity + this.idleMs;
    return {
      idle_expires_at: iso(idle),
      absolute_expires_at: iso(this.createdAt + LIFETIME_MS),
      expires_at: iso(this.expiresAt),
    };
  }

  state(session = SESSION_A): SessionState {
    return {
      authenticated: true,
      revision: this.revision,
      server_time: iso(this.now()),
      user: { id: this.userId, username: this.username, email: 'ada@example.org', role: 'user' },
      session: {
        id: session,
        created_at: iso(this.createdAt),
        last_activity: iso(this.lastActivity),
        pinned: this.pinned.has(session),
        ...this.deadlines(),
      },
      platform: this.find(this.active[session] ?? null),
    };
  }

  rest(session = SESSION_A): RestSessionState {
    return { ...this.state(session), csrf_token: this.token(session) };
  }

  token(session: string): string {
    return `csrf-${session.slice(0, 4)}${this.tokens || ''}`;
  }

  extended() {
    return { ...this.deadlines(), server_time: iso(this.now()) };
  }

  switchTo(id: number, scope: 'all' | 'session', session: string, tab: string | null = null): Fact {
    const previous = this.active[session] ?? null;
    this.revision += 1;
    if (scope === 'session') this.pinned.add(session);
    else this.pinned.delete(session);
    const followers = Object.keys(this.active).filter((each) => !this.pinned.has(each));
    for (const each of scope === 'all' ? followers : [session]) this.active[each] = id;
    return {
      name: 'platform:switched',
      payload: {
        revision: this.revision,
        session_id: scope === 'all' ? null : session,
        platform: this.find(id),
        previous_platform_id: previous,
        origin: { session_id: session, tab_id: tab },
        pinned_session_ids: [...this.pinned],
        server_time: iso(this.now()),
      },
    };
  }

  rename(id: number, name: string): Fact {
    this.platforms = this.platforms.map((one) => (one.id === id ? { ...one, name } : one));
    return this.listed();
  }

  remove(id: number): Fact {
    this.platforms = this.platforms.filter((one) => one.id !== id);
    for (const session of Object.keys(this.active)) {
      if (this.active[session] === id) this.active[session] = this.platforms[0]?.id ?? null;
    }
    return this.listed();
  }

  add(id: number): Fact {
    this.platforms = [...this.platforms, platform(id)];
    for (const session of Object.keys(this.active)) this.active[session] ??= id;
    return this.listed();
  }

  /** A change of the profile is pushed as a whole state. */
  profile(username: string): Fact {
    this.username = username;
    this.revision += 1;
    return { name: 'session:state', payload: this.state() };
  }

  private listed(): Fact {
    this.revision += 1;
    return {
      name: 'platforms:changed',
      payload: {
        revision: this.revision,
        platforms: this.platforms,
        current_platform: this.find(this.active[SESSION_A] ?? null),
        server_time: iso(this.now()),
      },
    };
  }
}

const told = new Map<number, string>();

/** Cached: a simulation formats the same few times again and again, which costs more than a change of state. */
export function iso(ms: number): string {
  const known = told.get(ms);
  if (known !== undefined) return known;
  if (told.size > 500) told.clear();
  const text = new Date(ms).toISOString();
  told.set(ms, text);
  return text;
}

/** A small repeatable generator (mulberry32), so that a failed schedule can be repeated by its seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
