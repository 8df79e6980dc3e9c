/** Whoever stays signed in is told the new deadline by every answer of every node, and never an older one again. */
import type { ExtendedView, RestSessionState } from '../../src/protocol/http';
import { BACKENDS, type Running } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { FULL } from '../support/scale';

describe.each(BACKENDS)('$name', (backend) => {
  let running: Running;
  beforeAll(async () => {
    running = await backend.shared();
  });
  afterAll(() => running.stop());

  const deadline = async (client: TestClient) =>
    (await client.get<RestSessionState>('/api/session')).body.session.idle_expires_at;
  /** Until it is news: pressed again at once, it changes nothing. */
  const extend = async (client: TestClient) => {
    const before = await deadline(client);
    return eventually(async () => {
      const { body } = await client.post<ExtendedView>('/api/session/extend');
      return body.idle_expires_at > before && body.idle_expires_at;
    });
  };

  async function person() {
    const client = new TestClient(running.nodes[0]!.url);
    await client.register();
    // All that can be cached of it, is.
    await deadline(client);
    return { client, elsewhere: client.at(running.nodes.at(-1)!.url) };
  }

  it('of a node that has read the session before', async () => {
    const { client, elsewhere } = await person();
    await deadline(elsewhere);
    for (let round = 0; round < 3; round++) {
      const extended = await extend(round === 1 ? elsewhere : client);
      for (const at of [client, elsewhere]) {
        // Before what is cached runs out, after 3 s; a slow machine in the short form cannot tell.
        await eventually(async () => expect(await deadline(at)).toBe(extended), { timeout: FULL ? 1000 : 30_000 });
        for (let count = 0; count < 10; count++) expect(await deadline(at)).toBe(extended);
      }
    }
  });

  it('of a node that has it from the others', async () => {
    const { client, elsewhere } = await person();
    const extended = await extend(client);
    expect(await deadline(elsewhere)).toBe(extended);
    expect(await deadline(client)).toBe(extended);
  });
});
