/** Handshakes and frames made to break the gateway: refused or cut, and nobody else notices. */
import { randomBytes } from 'node:crypto';
import type { SessionState } from '../../src/protocol/http';
import { ANY_BACKEND, type Running } from '../support/backends';
import { TestClient } from '../support/http-client';
import { closeTabs, openTab, type Tab } from '../support/socket-client';
import { belongings, expectRow, startEmpty, toldTo } from './support/attack';
import { deepArray, deepObject } from './support/hostile';
import { type Household, household } from './support/household';
import { rawSocket } from './support/raw-socket';

/** A socket that may say anything. */
interface Loose {
  emit(name: string, ...args: unknown[]): void;
  timeout(ms: number): { emitWithAck(name: string, ...args: unknown[]): Promise<unknown> };
}
const loose = (tab: Tab) => tab.socket as unknown as Loose;

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  let bystander: Household;
  let bystanderTab: Tab;
  let before: unknown;
  let client: TestClient;
  const heard = new Map<string, number>();

  beforeAll(async () => {
    running = await startEmpty(backend);
    bystander = await household(running.nodes[0]!.url);
    before = await belongings(bystander.client);
    client = new TestClient(running.nodes[0]!.url);
    await client.register();
  });
  afterAll(() => running.stop());

  beforeEach(async () => {
    bystanderTab = await openTab(bystander.client);
  });
  afterEach(async () => {
    expect((await bystanderTab.sync()).user.id).toBe((before as { session: { user: { id: number } } }).session.user.id);
    closeTabs();
    for (const { url, output } of running.nodes) {
      expect((await new TestClient(url).get('/health/live')).status).toBe(200);
      const said = output();
      const faults = said.slice(heard.get(url)).match(/.*"level":[56]0.*/g);
      heard.set(url, said.length);
      expect(faults).toBeNull();
    }
    expect(await belongings(bystander.client)).toEqual(before);
  });

  it.each<[string, unknown]>([
    ['an object', { toString: 'x' }],
    ['a list', ['tab']],
    ['a number', 7],
    ['true', true],
    ['empty', ''],
    ['huge', 'x'.repeat(8000)],
    ['a path', '../tab'],
    ['HTML', '<img src=x onerror=alert(1)>'],
    ['NUL', 'tab\u0000'],
  ])('refuses a handshake whose tab_id is %s', async (_, tab_id) => {
    const refusal = { data: { error_code: 'VALIDATION_ERROR', success: false } };
    await expect(openTab(client, { auth: { tab_id } })).rejects.toMatchObject(refusal);
  });

  it.each<[string, 'AUTHENTICATION_REQUIRED' | 'SESSION_INVALID', string]>([
    ['none', 'AUTHENTICATION_REQUIRED', ''],
    ['an empty one', 'AUTHENTICATION_REQUIRED', 'vedfolnir_session='],
    ['one named __proto__', 'AUTHENTICATION_REQUIRED', '__proto__=x; constructor=y'],
    ['a word', 'SESSION_INVALID', 'vedfolnir_session=x'],
    ['8 KB', 'SESSION_INVALID', `vedfolnir_session=${'A'.repeat(8192)}`],
    ['broken escapes', 'SESSION_INVALID', 'vedfolnir_session=%zz%'],
    ['a secret that was never ours', 'SESSION_INVALID', `vedfolnir_session=${'A'.repeat(43)}`],
  ])('refuses a handshake with a cookie that is %s: %s', async (_, error_code, cookie) => {
    await expect(openTab({ url: client.url, cookie })).rejects.toMatchObject({ data: { error_code } });
  });

  it('takes no secret out of the handshake itself', async () => {
    const secret = client.cookie.split('=')[1];
    const auth = { tab_id: 't', token: secret, cookie: client.cookie, session_id: secret, vedfolnir_session: secret };
    const refusal = { data: { error_code: 'AUTHENTICATION_REQUIRED' } };
    await expect(openTab({ url: client.url, cookie: '' }, { auth })).rejects.toMatchObject(refusal);
    const named = { __proto__: { sessionId: 'x' }, data: { sessionId: 'x', userId: 1 } };
    await expect(openTab({ url: client.url, cookie: '' }, { auth: named })).rejects.toMatchObject(refusal);
  });

  it('speaks WebSocket and Engine.IO 4 alone', async () => {
    for (const query of ['EIO=4&transport=polling', 'EIO=3&transport=polling', 'EIO=4', 'transport=polling&sid=x']) {
      for (const method of ['GET', 'POST', 'PUT', 'OPTIONS']) {
        const body = method === 'GET' ? undefined : '40';
        const answer = await client.request(method, `/socket.io/?${query}`, { body });
        expect([query, method, Math.floor(answer.status / 100)]).toEqual([query, method, 4]);
      }
    }
    for (const query of [
      'EIO=3&transport=websocket',
      'EIO=4&transport=websocket&sid=stolen',
      'EIO=x&transport=websocket',
    ]) {
      const answer = await rawSocket(client, { query, frames: ['40'] });
      expect([query, answer]).toEqual([query, expect.not.stringContaining('session:state')]);
    }
  });

  it.each<[string, unknown[]]>([
    ['a text', ['x']],
    ['a number', [1]],
    ['a list', [[]]],
    ['two objects', [{}, {}]],
    ['an unknown field', [{ user_id: 1 }]],
    ['a revision in letters', [{ revision: '1' }]],
    ['no revision', [{ revision: null }]],
    ['a fraction', [{ revision: 1.5 }]],
    ['a list of revisions', [{ revision: [1] }]],
    ['an operator', [{ revision: { $gt: 0 } }]],
    ['a deep list', [{ revision: JSON.parse(deepArray(1000)) as unknown }]],
    ['a deep object', [JSON.parse(deepObject(1000)) as unknown]],
    ['a prototype', [JSON.parse('{"__proto__":{"sessionId":"x"}}') as unknown]],
    ['a constructor', [{ constructor: { prototype: { sessionId: 'x' } } }]],
    ['bytes', [Buffer.from('bytes')]],
    ['bytes within', [{ revision: Buffer.from('bytes') }]],
  ])('refuses a message whose payload is %s', async (_, args) => {
    const tab = await openTab(client);
    for (const name of ['session:sync', 'session:activity']) {
      const answer = await loose(tab)
        .timeout(30_000)
        .emitWithAck(name, ...args);
      expect(answer).toMatchObject({ success: false, error_code: 'VALIDATION_ERROR' });
    }
    expect((await tab.sync()).authenticated).toBe(true);
  });

  it('answers an event that it does not know, if an answer is asked for', async () => {
    const tab = await openTab(client);
    for (const name of ['nope', '__proto__', 'session:ended']) {
      const answer = await loose(tab).timeout(30_000).emitWithAck(name, {});
      expect(answer).toMatchObject({ success: false, error_code: 'VALIDATION_ERROR' });
    }
    expect((await tab.sync()).authenticated).toBe(true);
  });

  it('does nothing for an event that it does not know, nor for one of its own', async () => {
    const tab = await openTab(client);
    const names = [
      '',
      'nope',
      '__proto__',
      'constructor',
      'error',
      'session:ended',
      'platform:switched',
      'x'.repeat(9000),
    ];
    for (const name of names) {
      loose(tab).emit(name, { userId: 1, session_id: 'x' });
      loose(tab).emit(name);
      loose(tab).emit(name, () => {});
    }
    loose(tab).emit('session:sync');
    loose(tab).emit('session:sync', {});
    loose(tab).emit('session:activity', 'no answer is waited for');
    const state = await tab.sync();
    expect(state.authenticated).toBe(true);
    expect(tab.connected).toBe(true);
    for (const each of [tab, bystanderTab]) expect(new Set(toldTo(each))).toEqual(new Set(['session:state']));
  });

  it('cuts a socket that sends a frame of 100 KB', async () => {
    for (const payload of ['x'.repeat(100_000), Buffer.alloc(100_000)]) {
      const tab = await openTab(client);
      loose(tab).emit('session:sync', { revision: payload });
      expect(await tab.closed).toMatch(/transport/);
    }
  });

  it('outlives frames that no client sends', async () => {
    const event = (text: string) => ['40{}', text, '42["session:sync",{}]'];
    const attacks: (string | Buffer)[][] = [
      ...['40[]', '40"x"', '40null', '401', '40{', '40/admin,{}', '40/__proto__,{}', '40{"tab_id":{}}'].map((text) => [
        text,
      ]),
      ...[
        '42',
        '42[]',
        '42[1]',
        '42[null]',
        '42["connect"]',
        '42["disconnect",{}]',
        '42["newListener"]',
        '42{"a":1}',
      ].map(event),
      ...['420', '42-1["session:sync",{}]', '4299999999999999999999["session:sync",{}]', '43["x"]', '44{}', '45'].map(
        event,
      ),
      ...['451-["session:sync",{"_placeholder":true,"num":0}]', '45999999999-["x"]', '45-["x"]', '46'].map(event),
      ...[`42["session:sync",${deepArray(7000)}]`, `42["session:sync",${deepObject(2500)}]`].map(event),
      ...['4', '9', 'x', '', '0{}', '1', '2probe', '3', '5', '6', '\u0000', '\uffff', '😀'].map(event),
      ['40{}', '451-["session:sync",{"_placeholder":true,"num":7}]', randomBytes(64)],
      ['40{}', '451-["session:sync",{"_placeholder":true,"num":"__proto__"}]', randomBytes(64)],
      ['40{}', randomBytes(64), Buffer.alloc(0), randomBytes(9000)],
      ['40{}', '40{}', '40{}', '41', '41', '42["session:sync",{}]'],
      Array<string>(500).fill('40{}'),
      ['40{}', ...Array<string>(500).fill('42["nope",{}]')],
    ];
    const enter = ([first, ...frames]: (string | Buffer)[]) =>
      rawSocket(client, first === '40{}' ? { handshake: first, frames } : { frames: [first!, ...frames] });
    for (const [index, heard] of (await Promise.all(attacks.map(enter))).entries()) {
      if (attacks[index]![0] === '40{}') expect(heard).toContain('40{"sid"');
    }
    const garbage = [
      randomBytes(4096),
      Buffer.alloc(4096, 0xff),
      Buffer.from('818000000000', 'hex'),
      Buffer.from('c18000000000', 'hex'),
    ];
    const oversized = Buffer.from('81ffffffffffffffffff00000000', 'hex');
    await Promise.all([...garbage, oversized].map((bytes) => rawSocket(client, { bytes })));
    expect((await client.get('/api/session')).status).toBe(200);
  });

  it('answers a flood of 2000 syncs, while others are served', async () => {
    const tab = await openTab(client);
    const sync = () => loose(tab).timeout(120_000).emitWithAck('session:sync', {});
    const flood = Promise.allSettled(Array.from({ length: 2000 }, sync));
    for (let index = 0; index < 10; index++) {
      const answer = await bystander.client.get('/api/session', { headers: { 'x-background': 'true' } });
      expect(answer.status).toBe(200);
    }
    const refused = (await flood).filter(
      (each) => each.status === 'rejected' || !(each.value as Partial<SessionState>).authenticated,
    );
    expect(refused).toEqual([]);
  });

  it('closes every socket of a session that goes, however many are open, and lets none in again', async () => {
    const device = client.device();
    await device.login();
    const tabs = await Promise.all(
      Array.from({ length: 40 }, (_, index) => {
        const { url } = running.nodes[index % running.nodes.length]!;
        return openTab({ url, cookie: device.cookie });
      }),
    );
    const { cookie } = device;
    expect((await device.post('/api/auth/logout')).status).toBe(204);
    await Promise.all(tabs.map((tab) => tab.closed));
    for (const tab of tabs) expect(tab.of('session:ended')).toMatchObject([{ reason: 'logout' }]);
    const refusal = { data: { error_code: 'SESSION_REVOKED' } };
    for (const { url } of running.nodes) await expect(openTab({ url, cookie })).rejects.toMatchObject(refusal);
    const thief = new TestClient(client.url);
    thief.cookie = cookie;
    expectRow(await thief.post('/api/session/extend'), 'SESSION_REVOKED');
  });
});
