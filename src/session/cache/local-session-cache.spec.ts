import { eventually } from '../../../test/support/eventually';
import { at, sessionContext as context } from '../../../test/support/session-context';
import type { PlatformView } from '../../protocol/http';
import type { SessionContext } from '../session-context';
import { LocalSessionCache } from './local-session-cache';

const put = (cache: LocalSessionCache, tokenHash: string, found: SessionContext) =>
  cache.load(tokenHash, async () => found);

/** A database read in progress. @returns a function that completes it with a result */
function startLoad(cache: LocalSessionCache, tokenHash: string): (found: SessionContext) => Promise<void> {
  let finish: (found: SessionContext) => void = () => undefined;
  const reading = new Promise<SessionContext>((resolve) => {
    finish = resolve;
  });
  const loading = cache.load(tokenHash, () => reading);
  return async (found) => {
    finish(found);
    expect(await loading).toBe(found);
  };
}

const activeAt = (cache: LocalSessionCache, id: string, second: number) =>
  cache.noteActivity(1, id, at(second).toISOString(), {
    idle_expires_at: at(100 + second).toISOString(),
    absolute_expires_at: '',
    expires_at: '',
  });

const sizesOfMaps = (cache: LocalSessionCache) =>
  Object.values(cache).flatMap((each) => (each instanceof Map || each instanceof Set ? [each.size] : []));

describe('LocalSessionCache', () => {
  it('returns what was loaded', async () => {
    const cache = new LocalSessionCache(1000);
    await put(cache, 'a', context('s1'));
    expect(cache.get('a')).toEqual(context('s1'));
    expect(cache.get('b')).toBeNull();
  });

  it('never exceeds its maximum size, and removes evicted entries from its index', async () => {
    const cache = new LocalSessionCache(60_000, 100);
    for (let index = 0; index < 2000; index++) {
      await put(cache, `t${index}`, context(`s${index}`, 1, 0, index));
      expect(cache.size).toBeLessThanOrEqual(100);
    }
    expect([cache.size, ...sizesOfMaps(cache)]).toEqual([100, 100, 0]);
    expect(cache.get('t1999')).not.toBeNull();
    expect(cache.get('t0')).toBeNull();
    cache.clear();
    expect([cache.size, ...sizesOfMaps(cache)]).toEqual([0, 0, 0]);
  });

  it('caches nothing when a read fails', async () => {
    const cache = new LocalSessionCache(1000);
    await expect(cache.load('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect([cache.size, ...sizesOfMaps(cache)]).toEqual([0, 0, 0]);
  });

  it('removes an ended session, and does not cache it again from a slower read', async () => {
    const cache = new LocalSessionCache(1000);
    const finish = startLoad(cache, 'a');
    await put(cache, 'a', context('s1'));
    cache.noteEnded(1, 's1');
    expect(cache.get('a')).toBeNull();
    for (let index = 0; index < 10_000; index++) cache.noteEnded(1, `other ${index}`);
    await finish(context('s1', 9, 900));
    expect(cache.get('a')).toBeNull();
    await put(cache, 'a', { ...context('s1'), session: { ...context('s1').session, endedAt: at(1) } });
    expect(cache.get('a')).toBeNull();
  });

  it('removes entries older than the user’s revision, and caches slower reads only if they are not older', async () => {
    const cache = new LocalSessionCache(1000);
    await put(cache, 'a', context('s1', 4));
    const [old, current] = [startLoad(cache, 'a'), startLoad(cache, 'a')];
    cache.noteRevision(1, 5);
    expect(cache.get('a')).toBeNull();
    await old(context('s1', 4));
    expect(cache.get('a')).toBeNull();
    await current(context('s1', 5));
    expect(cache.get('a')?.revision).toBe(5);
    cache.noteRevision(1, 4);
    cache.noteRevision(2, 9);
    expect(cache.get('a')?.revision).toBe(5);
    await put(cache, 'a', context('s1', 4));
    expect(cache.get('a')?.revision).toBe(5);
  });

  it('applies a switch event to entries of the preceding revision', async () => {
    const cache = new LocalSessionCache(1000);
    const platform = { id: 7 } as PlatformView;
    const origin = { sessionId: null, tabId: null };
    const event = { userId: 1, platform, previousPlatformId: null, origin, pinnedSessionIds: [], at: '' };
    for (const id of ['s1', 's2']) await put(cache, id, context(id, 4));
    await put(cache, 'other', context('other', 4, 0, 2));
    const seen = () => ['s1', 's2', 'other'].map((id) => [cache.get(id)?.revision, cache.get(id)?.platform?.id]);
    cache.noteSwitch({ ...event, sessionId: 's1', revision: 5 });
    expect(seen()).toEqual([
      [5, 7],
      [5, undefined],
      [4, undefined],
    ]);
    cache.noteSwitch({ ...event, sessionId: null, revision: 6, platform: { ...platform, id: 8 } });
    expect(seen()).toEqual([
      [6, 8],
      [6, 8],
      [4, undefined],
    ]);
    // An event was missed: its changes are not known.
    cache.noteSwitch({ ...event, sessionId: null, revision: 8 });
    cache.noteSwitch({ ...event, sessionId: null, revision: 7 });
    expect(seen().slice(0, 2)).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('does not move pinned sessions, and updates which ones are pinned with each switch', async () => {
    const cache = new LocalSessionCache(1000);
    const origin = { sessionId: null, tabId: null };
    const platform = (id: number) => ({ id }) as PlatformView;
    const event = { userId: 1, previousPlatformId: null, origin, at: '' };
    for (const id of ['s1', 's2']) await put(cache, id, context(id, 4));
    const seen = () => ['s1', 's2'].map((id) => [cache.get(id)?.platform?.id, cache.get(id)?.session.pinned]);
    cache.noteSwitch({ ...event, sessionId: 's1', revision: 5, platform: platform(7), pinnedSessionIds: ['s1'] });
    cache.noteSwitch({ ...event, sessionId: null, revision: 6, platform: platform(8), pinnedSessionIds: ['s1'] });
    expect(seen()).toEqual([
      [7, true],
      [8, false],
    ]);
    expect(cache.get('s1')?.revision).toBe(6);
    cache.noteSwitch({ ...event, sessionId: null, revision: 7, platform: platform(9), pinnedSessionIds: [] });
    expect(seen()).toEqual([
      [9, false],
      [9, false],
    ]);
  });

  it('keeps the later activity, in whichever order events arrive', async () => {
    const cache = new LocalSessionCache(1000);
    await put(cache, 'a', context('s1', 1, 20));
    await put(cache, 'a', context('s1', 1, 10));
    expect(cache.get('a')?.session.lastActivityAt).toEqual(at(20));
    activeAt(cache, 's1', 30);
    expect(cache.get('a')?.session.idleExpiresAt).toEqual(at(130));
    activeAt(cache, 's1', 25);
    expect(cache.get('a')?.session.idleExpiresAt).toEqual(at(130));
    activeAt(cache, 's1', 40);
    expect(cache.get('a')?.session).toMatchObject({ lastActivityAt: at(40), idleExpiresAt: at(140) });
  });

  it('does not cache a read that lacks an activity recorded during it', async () => {
    const cache = new LocalSessionCache(1000);
    const [old, current] = [startLoad(cache, 'a'), startLoad(cache, 'a')];
    activeAt(cache, 's1', 30);
    await old(context('s1', 1, 20));
    expect(cache.get('a')).toBeNull();
    await current(context('s1', 1, 30));
    expect(cache.get('a')).not.toBeNull();
  });

  it('caches a session under its newest token only', async () => {
    const cache = new LocalSessionCache(60_000);
    await put(cache, 'old', context('s1', 1));
    await put(cache, 'new', context('s1', 2));
    expect([cache.get('old'), cache.size]).toEqual([null, 1]);
    await put(cache, 'old', context('s1', 1));
    expect([cache.get('old'), cache.size]).toEqual([null, 1]);
    cache.noteEnded(1, 's1');
    expect(cache.size).toBe(0);
  });

  it('keeps no entry beyond its TTL, however active its user is', async () => {
    const cache = new LocalSessionCache(500);
    await put(cache, 'a', context('s1'));
    let second = 0;
    const beBusy = () => {
      activeAt(cache, 's1', ++second);
      cache.noteRevision(1, 1);
      expect(cache.get('a')).toBeNull();
    };
    await eventually(beBusy, { timeout: 3000, interval: 5 });
  });

  it('discards reads in progress when it is cleared', async () => {
    const cache = new LocalSessionCache(1000);
    const finish = startLoad(cache, 'a');
    cache.clear();
    await finish(context('s1'));
    expect(cache.get('a')).toBeNull();
    await put(cache, 'a', context('s1'));
    expect(cache.get('a')).not.toBeNull();
  });
});
