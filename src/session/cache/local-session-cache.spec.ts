import { eventually } from '../../../test/support/eventually';
import { at, sessionContext as context } from '../../../test/support/session-context';
import type { PlatformView } from '../../protocol/http';
import { LocalSessionCache } from './local-session-cache';

describe('LocalSessionCache', () => {
  it('gives back what was put', () => {
    const cache = new LocalSessionCache(1000);
    cache.put('a', context('s1'), cache.ticket());
    expect(cache.get('a')).toEqual(context('s1'));
    expect(cache.get('b')).toBeNull();
  });

  it('never holds more than its bound', () => {
    const cache = new LocalSessionCache(60_000, 100);
    for (let index = 0; index < 10_000; index++) {
      cache.put(`t${index}`, context(`s${index}`, 1, 0, index), cache.ticket());
      expect(cache.size).toBeLessThanOrEqual(100);
    }
    expect(cache.size).toBe(100);
    expect(cache.get('t9999')).not.toBeNull();
    expect(cache.get('t0')).toBeNull();
  });

  it('forgets a session that has ended, and does not take it back from a slower read', () => {
    const cache = new LocalSessionCache(1000);
    const ticket = cache.ticket();
    cache.put('a', context('s1'), ticket);
    expect(cache.noteEnded('s1')).toBe(true);
    expect(cache.noteEnded('s1')).toBe(false);
    expect(cache.get('a')).toBeNull();
    expect(cache.put('a', context('s1'), ticket)).toBe(false);
    expect(cache.get('a')).toBeNull();
  });

  it('has nothing of a busy session that has ended, however many end after it', () => {
    const cache = new LocalSessionCache(300_000);
    const ticket = cache.ticket();
    cache.put('a', context('s1'), ticket);
    for (const second of [30, 60, 90]) {
      const deadlines = { idle_expires_at: at(100 + second).toISOString(), absolute_expires_at: '', expires_at: '' };
      cache.noteActivity('s1', at(second).toISOString(), deadlines);
    }
    cache.noteEnded('s1');
    expect(cache.size).toBe(0);
    for (let index = 0; index < 100_000; index++) cache.noteEnded(`other ${index}`);
    // A read that began before all this, and is only now done.
    expect(cache.put('a', context('s1'), ticket)).toBe(false);
    expect(cache.get('a')).toBeNull();
  });

  it('counts nothing that was read before what it had to forget, and all that was read since', () => {
    const cache = new LocalSessionCache(300_000, 100, 10);
    cache.put('a', context('s1', 1, 0, 1), cache.ticket());
    cache.noteRevision(1, 2);
    for (let user = 2; user < 11; user++) cache.noteRevision(user, 2);
    cache.put('b', context('s2', 3, 0, 2), cache.ticket());
    cache.noteRevision(11, 2);
    expect(cache.get('a')).toBeNull();
    expect(cache.get('b')?.revision).toBe(3);
    cache.noteRevision(12, 2);
    expect(cache.get('b')?.revision).toBe(3);
    expect(cache.put('a', context('s1', 2, 0, 1), cache.ticket())).toBe(true);
  });

  it('does not count an entry that is older than its user, and takes only newer ones', () => {
    const cache = new LocalSessionCache(1000);
    cache.put('a', context('s1', 4), cache.ticket());
    cache.noteRevision(1, 5);
    expect(cache.get('a')).toBeNull();
    cache.put('a', context('s1', 4), cache.ticket());
    expect(cache.get('a')).toBeNull();
    cache.put('a', context('s1', 5), cache.ticket());
    expect(cache.get('a')?.revision).toBe(5);
    expect(cache.noteRevision(1, 4)).toBe(false);
    cache.put('a', context('s1', 4), cache.ticket());
    expect(cache.get('a')?.revision).toBe(5);
  });

  it('follows a switch by what it says, where nothing came between', () => {
    const cache = new LocalSessionCache(1000);
    const platform = { id: 7 } as PlatformView;
    const event = { userId: 1, platform, previousPlatformId: null, origin: { sessionId: null, tabId: null }, at: '' };
    for (const id of ['s1', 's2']) cache.put(id, context(id, 4), cache.ticket());
    cache.put('other', context('other', 4, 0, 2), cache.ticket());
    const seen = () => ['s1', 's2', 'other'].map((id) => [cache.get(id)?.revision, cache.get(id)?.platform?.id]);
    expect(cache.noteSwitch({ ...event, sessionId: 's1', revision: 5 })).toBe(true);
    expect(seen()).toEqual([
      [5, 7],
      [5, undefined],
      [4, undefined],
    ]);
    expect(cache.noteSwitch({ ...event, sessionId: null, revision: 6, platform: { ...platform, id: 8 } })).toBe(true);
    expect(seen()).toEqual([
      [6, 8],
      [6, 8],
      [4, undefined],
    ]);
    // One was missed: what it changed is not known.
    expect(cache.noteSwitch({ ...event, sessionId: null, revision: 8 })).toBe(true);
    expect(cache.noteSwitch({ ...event, sessionId: null, revision: 7 })).toBe(false);
    expect(seen().slice(0, 2)).toEqual([
      [undefined, undefined],
      [undefined, undefined],
    ]);
  });

  it('keeps no track of sessions that it has forgotten', () => {
    const cache = new LocalSessionCache(60_000, 10);
    for (let index = 0; index < 1000; index++) {
      cache.put(`t${index}`, context(`s${index}`, 1, 0, index), cache.ticket());
    }
    expect([...Object.values(cache)].flatMap((each) => (each instanceof Map ? [each.size] : []))).toEqual([10, 10]);
    cache.clear();
    expect([...Object.values(cache)].flatMap((each) => (each instanceof Map ? [each.size] : []))).toEqual([0, 0]);
  });

  it('keeps the later activity, whichever comes first', () => {
    const cache = new LocalSessionCache(1000);
    cache.put('a', context('s1', 1, 20), cache.ticket());
    expect(cache.put('a', context('s1', 1, 10), cache.ticket())).toBe(false);
    expect(cache.get('a')?.session.lastActivityAt).toEqual(at(20));
    const deadlines = { idle_expires_at: at(130).toISOString(), absolute_expires_at: '', expires_at: '' };
    cache.noteActivity('s1', at(30).toISOString(), deadlines);
    expect(cache.get('a')?.session.idleExpiresAt).toEqual(at(130));
    cache.noteActivity('s1', at(25).toISOString(), { ...deadlines, idle_expires_at: at(125).toISOString() });
    expect(cache.get('a')?.session.idleExpiresAt).toEqual(at(130));
    cache.noteActivity('s1', at(40).toISOString(), { ...deadlines, idle_expires_at: at(140).toISOString() });
    expect(cache.get('a')?.session).toMatchObject({ lastActivityAt: at(40), idleExpiresAt: at(140) });
  });

  it('takes no activity from before one that it has only heard of', () => {
    const cache = new LocalSessionCache(1000);
    const ticket = cache.ticket();
    const deadlines = { idle_expires_at: at(130).toISOString(), absolute_expires_at: '', expires_at: '' };
    cache.noteActivity('s1', at(30).toISOString(), deadlines);
    expect(cache.put('a', context('s1', 1, 20), ticket)).toBe(false);
    expect(cache.put('a', context('s1', 1, 30), ticket)).toBe(true);
  });

  it('holds a session by the secret that it has now, and by no other', () => {
    const cache = new LocalSessionCache(60_000);
    cache.put('old', context('s1', 1), cache.ticket());
    cache.put('new', context('s1', 2), cache.ticket());
    expect([cache.get('old'), cache.size]).toEqual([null, 1]);
    expect(cache.put('old', context('s1', 1), cache.ticket())).toBe(false);
    cache.noteEnded('s1');
    expect(cache.size).toBe(0);
  });

  it('keeps no entry past its time, however busy its person is', async () => {
    const cache = new LocalSessionCache(500);
    cache.put('a', context('s1'), cache.ticket());
    let second = 0;
    const beBusy = () => {
      const deadlines = { idle_expires_at: at(100 + ++second).toISOString(), absolute_expires_at: '', expires_at: '' };
      cache.noteActivity('s1', at(second).toISOString(), deadlines);
      expect(cache.get('a')).toBeNull();
    };
    await eventually(beBusy, { timeout: 3000, interval: 5 });
  });

  it('takes nothing that was being read when it was cleared', () => {
    const cache = new LocalSessionCache(1000);
    const ticket = cache.ticket();
    cache.clear();
    cache.put('a', context('s1'), ticket);
    expect(cache.get('a')).toBeNull();
    cache.put('a', context('s1'), cache.ticket());
    expect(cache.get('a')).not.toBeNull();
  });
});
