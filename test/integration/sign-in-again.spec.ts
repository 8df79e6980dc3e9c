/** Whoever signs in where somebody is signed in already leaves no session behind that nobody holds. */

import { ANY_BACKEND, type Running } from '../support/backends';
import { TestClient } from '../support/http-client';
import { openTab } from '../support/socket-client';
import { expectRow } from './support/attack';

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  beforeAll(async () => {
    running = await backend.shared();
  });
  afterAll(() => running.stop());

  /** The same browser as it was: the cookie that somebody may have copied. */
  const copyOf = (client: TestClient) => {
    const copy = new TestClient(running.nodes.at(-1)!.url);
    copy.cookie = client.cookie;
    return copy;
  };

  it('ends the session that the browser held, and no other', async () => {
    const browser = new TestClient(running.nodes[0]!.url);
    await browser.register();
    const phone = browser.device('phone');
    await phone.login();
    const before = copyOf(browser);
    const tab = await openTab(before);
    await browser.login();
    expect((await tab.waitFor('session:ended')).reason).toBe('replaced');
    await tab.closed;
    const refused = await before.get('/api/session');
    expectRow(refused, 'SESSION_REVOKED');
    expect((await browser.get('/api/session')).status).toBe(200);
    expect((await phone.get('/api/session')).status).toBe(200);
  });

  it("ends another person's, whose browser it was", async () => {
    const first = new TestClient(running.nodes[0]!.url);
    await first.register();
    const before = copyOf(first);
    const second = new TestClient(running.nodes[0]!.url);
    second.cookie = first.cookie;
    await second.register();
    expectRow(await before.get('/api/session'), 'SESSION_REVOKED');
    expect((await second.get('/api/session')).status).toBe(200);
  });

  it('leaves it alone when the password is wrong', async () => {
    const browser = new TestClient(running.nodes[0]!.url);
    await browser.register();
    expectRow(await browser.login({ password: 'not this one' }), 'INVALID_CREDENTIALS');
    expect((await browser.get('/api/session')).status).toBe(200);
  });
});
