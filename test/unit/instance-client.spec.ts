import type { GuardedFetch } from '../../src/fediverse/guarded-fetch';
import { InstanceClient } from '../../src/fediverse/instance-client';
import type { InstanceFault } from '../../src/fediverse/instance-error';

/** An instance that answers every request with this response. */
function client(status: number, headers: Record<string, string> = {}, error = 'as it says'): InstanceClient {
  const send = async () => ({ status, headers, body: Buffer.from(JSON.stringify({ error })) });
  return new InstanceClient({ send } as unknown as GuardedFetch, 'https://town.example', 'token');
}

it.each<[number, InstanceFault]>([
  [401, 'unauthorized'],
  [403, 'refused'],
  [408, 'lost'],
  [422, 'refused'],
  [425, 'limited'],
  [429, 'limited'],
  [500, 'lost'],
  [503, 'lost'],
])('%s means that the request was %s', async (status, fault) => {
  await expect(client(status).call('/api/v1/anything')).rejects.toMatchObject({ fault, details: { status } });
});

it.each([
  [{}, 'This action is outside the authorized scopes'],
  [{ 'www-authenticate': 'Bearer realm="x", error="insufficient_scope"' }, ''],
])('403 means that the token lacks a permission where it says so: %j %s', async (headers, error) => {
  await expect(client(403, headers, error).call('/api/v1/anything')).rejects.toMatchObject({ fault: 'forbidden' });
});

it('waits as long as the instance asks for', async () => {
  const asked = client(429, { 'retry-after': '7' }).call('/api/v1/anything');
  await expect(asked).rejects.toMatchObject({ details: { retryAfter: 7000 } });
});

it('waits until the time that is named, by the clock of the instance', async () => {
  const headers = { date: 'Sat, 01 Jan 2000 00:00:00 GMT', 'x-ratelimit-reset': '2000-01-01T00:04:10.500Z' };
  const asked = client(429, headers).call('/api/v1/anything');
  await expect(asked).rejects.toMatchObject({ details: { retryAfter: 250_500 } });
});

describe('what an instance says back', () => {
  const SECRET = 'sf/9\u00e9"-0123456789abcdef';
  const asked = async (body: string, token = SECRET) => {
    const send = async () => ({ status: 200, headers: {}, body: Buffer.from(body) });
    const client = new InstanceClient({ send } as unknown as GuardedFetch, 'https://town.example', token);
    return client.call('/oauth/token', { params: { client_secret: 'client-secret-of-ours', code: 'short' } });
  };

  it('holds no secret of ours, however it is spelt', async () => {
    const spellings = [
      JSON.stringify(SECRET),
      JSON.stringify(SECRET).replace('/', '\\/'),
      `"\\u0073${SECRET.slice(1).replace('"', '\\"')}"`,
    ];
    for (const each of spellings) {
      expect(await asked(`{"a": [1, ${each}], "b": "client-secret-of-ours!"}`)).toEqual({
        a: [1, '[secret]'],
        b: '[secret]!',
      });
    }
  });

  it('is left as it is where a secret is so short that it stands in honest words', async () => {
    expect(await asked('{"a": "a short token"}', 'token')).toEqual({ a: 'a short token' });
  });

  it('is not understood where it is too deep to look through', async () => {
    const deep = `${'['.repeat(500_000)}${']'.repeat(500_000)}`;
    await expect(asked(deep)).rejects.toMatchObject({ fault: 'unreadable' });
  });
});
