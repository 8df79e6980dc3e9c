import { eventually } from '../../../test/support/eventually';
import type { SessionContext } from '../session-context';
import { NearCache } from './near-cache';

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds));

function context(id: string, revision = 1, active = 0, userId = 1): SessionContext {
  return {
    revision,
    user: { id: userId, username: 'u', email: 'u@example.org', role: 'user', isActive: true },
    session: {
      id,
      tokenHash: 'f'.repeat(64),
      createdAt: at(0),
      authenticatedAt: at(0),
      userAgent: '',
      ipAddress: '127.0.0.1',
      lastActivityAt: at(active),
      idleExpiresAt: at(active + 100),
      absoluteExpiresAt: at(1000),
      endedAt: null,
      endReason: null,
    },
    platform: null,
  };
}

describe('NearCache', () => {
  it('gives back what was put', () => {
    const cache = new NearCache(1000);
    cache.put('a', context('s1'), cache.ticket());
    expect(cache.get('a')).toEqual(context('s1'));
    expect(cache.get('b')).toBeNull();
  });

  it('never holds more than its bound', () => {
    const cache = new NearCache(60_000, 100);
    for (let index = 0; index < 10_000; index++) {
      cache.put(`t${index}`, context(`s${index}`, 1, 0, index), cache.ticket());
      expect(cache.size).toBeLessThanOrEqual(100);
    }
    expect(cache.size).toBe(100);
    expect(cache.get('t9999')).not.toBeNull();
    expect(cache.get('t0')).toBeNull();
  });

  it('forgets a session that has ended, and does not take it back from a slower read', () => {
    const cache = new NearCache(1000);
    const ticket = cache.ticket();
    cache.put('a', context('s1'), ticket);
    expect(cache.noteEnded('s1')).toBe(true);
    expect(cache.noteEnded('s1')).toBe(false);
    expect(cache.get('a')).toBeNull();
    cache.put('a', context('s1'), ticket);
    expect(cache.get('a')).toBeNull();
  });

  it('does not count an entry that is older than its user, and takes only newer ones', () => {
    const cache = new NearCache(1000);
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

  it('keeps the later activity, whichever comes first', () => {
    const cache = new NearCache(1000);
    cache.put('a', context('s1', 1, 20), cache.ticket());
    cache.put('a', context('s1', 1, 10), cache.ticket());
    expect(cache.get('a')?.session.lastActivityAt).toEqual(at(20));
    const deadlines = { idle_expires_at: at(130).toISOString(), absolute_expires_at: '', expires_at: '' };
    cache.noteActivity('s1', at(30).toISOString(), deadlines);
    expect(cache.get('a')?.session.idleExpiresAt).toEqual(at(130));
    cache.noteActivity('s1', at(25).toISOString(), { ...deadlines, idle_expires_at: at(125).toISOString() });
    expect(cache.get('a')?.session.idleExpiresAt).toEqual(at(130));
    cache.noteActivity('s1', at(40).toISOString(), { ...deadlines, idle_expires_at: at(140).toISOString() });
    expect(cache.get('a')?.session).toMatchObject({ lastActivityAt: at(40), idleExpiresAt: at(140) });
  });

  it('forgets by the secret that a session has now, also after what it had before is gone', () => {
    const cache = new NearCache(60_000, 2);
    cache.put('old', context('s1', 1), cache.ticket());
    cache.put('new', context('s1', 2), cache.ticket());
    cache.put('other', context('s2', 1, 0, 2), cache.ticket());
    expect([cache.get('old'), cache.size]).toEqual([null, 2]);
    cache.noteEnded('s1');
    expect(cache.size).toBe(1);
  });

  it('keeps no entry past its time, however busy its person is', async () => {
    const cache = new NearCache(500);
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
    const cache = new NearCache(1000);
    const ticket = cache.ticket();
    cache.clear();
    cache.put('a', context('s1'), ticket);
    expect(cache.get('a')).toBeNull();
    cache.put('a', context('s1'), cache.ticket());
    expect(cache.get('a')).not.toBeNull();
  });
});
