import { pageEvent, refusal, settle } from './testing/fake-environment';
import { endOf, iso, SESSION_A, SESSION_B } from './testing/fake-server';
import { answer, liveTab } from './testing/test-tab';

describe('SessionSync at the end of a session', () => {
  it('announces it once, with the server’s reason, and is silent afterwards', async () => {
    const { env, heard, sync } = await liveTab();
    env.kept.set('vedfolnir_theme', 'dark').set('other', 'kept');
    const ended = endOf(SESSION_A, 'revoked');
    env.socket.emit('session:ended', ended);
    env.socket.emit('session:ended', ended);
    const { connects } = env.socket;
    await env.pass(60_000);
    expect(heard.sessionExpired).toEqual([{ reason: 'revoked', errorCode: 'SESSION_REVOKED' }]);
    expect(env.socket.connects).toBe(connects);
    expect(env.pendingTimers).toBe(0);
    expect(sync.getState()).toBeNull();
    expect([...env.kept.keys()]).toEqual(['other']);
  });

  it.each([
    ['logout', 'SESSION_REVOKED', ['vedfolnir_signed_out_7']],
    ['revoked', 'SESSION_REVOKED', []],
    ['idle', 'SESSION_EXPIRED', []],
  ] as const)('remembers the user after a sign-out only: %s', async (reason, error_code, marks) => {
    const { env } = await liveTab();
    env.socket.emit('session:ended', { session_id: SESSION_A, reason, error_code, at: iso(0) });
    expect([...env.kept.keys()]).toEqual(marks);
  });

  it('announces it even if storage fails', async () => {
    const { env, heard } = await liveTab();
    env.storage.setItem = () => {
      throw new Error('full');
    };
    env.socket.emit('session:ended', endOf(SESSION_A, 'logout'));
    expect(heard.sessionExpired).toHaveLength(1);
  });

  it('sends no requests and no status afterwards, even if one was pending', async () => {
    const { env, heard } = await liveTab();
    let failSocket = () => {};
    env.socket.onSync = () => new Promise((_, reject) => (failSocket = () => reject(new Error('timeout'))));
    await env.pass(10_100);
    const requests = env.calls.length;
    env.socket.emit('session:ended', endOf(SESSION_A, 'revoked'));
    failSocket();
    await settle();
    expect(env.calls).toHaveLength(requests);
    expect(Object.keys(heard).sort()).toEqual(['sessionExpired', 'sessionStateChanged', 'sessionUpdated']);
  });

  it('announces no status when a read fails afterwards', async () => {
    const { env, heard } = await liveTab();
    let fail = () => {};
    env.serve = () => new Promise((_, reject) => (fail = () => reject(new Error('no network'))));
    env.window.dispatchEvent(new Event('online'));
    env.socket.emit('session:ended', endOf(SESSION_A, 'revoked'));
    fail();
    await settle();
    expect(heard.sessionExpired).toHaveLength(1);
    expect(heard.sessionConnectionChanged).toBeUndefined();
  });

  it('ignores the end of another session', async () => {
    const { env, heard } = await liveTab();
    env.socket.emit('session:ended', endOf(SESSION_B, 'logout'));
    expect(heard.sessionExpired).toBeUndefined();
  });

  it('detects it by a refused handshake, once HTTP confirms it', async () => {
    let over = false;
    const { env, heard } = await liveTab((call, server) =>
      over ? refusal(401, 'SESSION_REVOKED') : answer(call, server),
    );
    env.socket.lose('io server disconnect');
    await env.pass(500);
    env.socket.refuse({ error_code: 'SESSION_REVOKED' });
    await env.pass(400);
    expect(heard.sessionExpired).toBeUndefined();
    over = true;
    await env.pass(3_000);
    env.socket.refuse({ error_code: 'SESSION_REVOKED' });
    await env.pass(400);
    expect(heard.sessionExpired).toEqual([{ reason: 'revoked', errorCode: 'SESSION_REVOKED' }]);
  });

  it('detects it by any refused request', async () => {
    const { sync, heard } = await liveTab((call, server) =>
      call.path === '/api/posts' ? refusal(401, 'SESSION_EXPIRED') : answer(call, server),
    );
    await expect(sync.request('GET', '/api/posts')).rejects.toMatchObject({ error_code: 'SESSION_EXPIRED' });
    expect(heard.sessionExpired).toEqual([{ reason: 'idle', errorCode: 'SESSION_EXPIRED' }]);
  });

  it.each([
    [0.4, 'logout'],
    [0.7, 'idle'],
    [1, 'absolute'],
  ] as const)('finds the reason when the cookie is gone after %p of the absolute limit: %s', async (part, reason) => {
    let slept = false;
    const { env, heard, sync } = await liveTab((call, server) =>
      slept ? refusal(401, 'AUTHENTICATION_REQUIRED') : answer(call, server),
    );
    const { absoluteExpiresAt, idleExpiresAt } = sync.getState()!.session;
    const [whole, idle] = [absoluteExpiresAt, idleExpiresAt].map((iso) => sync.millisecondsUntil(iso)) as [
      number,
      number,
    ];
    expect(idle / whole).toBeCloseTo(0.5, 1);
    slept = true;
    await env.sleep(whole * part);
    await env.pass(5_000);
    expect(heard.sessionExpired).toEqual([{ reason, errorCode: 'AUTHENTICATION_REQUIRED' }]);
  });

  it('does not end when the token was replaced during a request: the request is repeated', async () => {
    const refusals = [refusal(401, 'SESSION_INVALID'), refusal(403, 'CSRF_INVALID')];
    let rekeyed = false;
    const { env, sync, heard } = await liveTab((call, server) => {
      if (call.method === 'POST') return refusals.shift() ?? { status: 201, body: { id: 1 } };
      if (!rekeyed) return answer(call, server);
      rekeyed = false;
      return refusal(401, 'SESSION_INVALID');
    });
    await expect(sync.request('POST', '/api/posts', { body: {} })).resolves.toEqual({ id: 1 });
    rekeyed = true;
    env.window.dispatchEvent(new Event('online'));
    await settle();
    expect(rekeyed).toBe(false);
    expect(heard.sessionExpired).toBeUndefined();
    expect(sync.isFresh()).toBe(true);
  });

  it('ends when the cookie names no session the second time either', async () => {
    let gone = false;
    const { env, sync, heard } = await liveTab((call, server) =>
      gone ? refusal(401, 'SESSION_INVALID') : answer(call, server),
    );
    gone = true;
    const before = env.calls.length;
    await expect(sync.request('GET', '/api/posts')).rejects.toMatchObject({ error_code: 'SESSION_INVALID' });
    expect(env.calls).toHaveLength(before + 2);
    expect(heard.sessionExpired).toEqual([{ reason: 'invalid', errorCode: 'SESSION_INVALID' }]);
  });

  it('does not end because of a wrong password', async () => {
    const { sync, heard } = await liveTab((call, server) =>
      call.method === 'POST' ? refusal(401, 'INVALID_CREDENTIALS') : answer(call, server),
    );
    await expect(sync.request('POST', '/api/auth/password', { body: {} })).rejects.toMatchObject({ status: 401 });
    expect(heard.sessionExpired).toBeUndefined();
  });

  it('logs out, and announces it once even if the server announces it too', async () => {
    const { env, sync, heard } = await liveTab();
    await sync.logout();
    env.socket.emit('session:ended', endOf(SESSION_A, 'logout'));
    expect(heard.sessionExpired).toEqual([{ reason: 'logout', errorCode: 'SESSION_REVOKED' }]);
  });

  it('reads when restored from the back/forward cache, and announces that the session is over', async () => {
    let over = false;
    const { env, heard } = await liveTab((call, server) =>
      over ? refusal(401, 'AUTHENTICATION_REQUIRED') : answer(call, server),
    );
    env.window.dispatchEvent(pageEvent('pagehide', true));
    expect(env.socket.connected).toBe(false);
    over = true;
    env.window.dispatchEvent(pageEvent('pageshow', true));
    await settle();
    expect(heard.sessionExpired).toEqual([{ reason: 'logout', errorCode: 'AUTHENTICATION_REQUIRED' }]);
  });
});
