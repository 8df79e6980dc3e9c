import type { GuardedFetch } from '../../src/platform/instances/guarded-fetch';
import { InstanceClient } from '../../src/platform/instances/instance-client';
import type { InstanceFault } from '../../src/platform/instances/instance-error';

/** An instance that answers everything with this. */
function client(status: number, headers: Record<string, string> = {}): InstanceClient {
  const send = async () => ({ status, headers, body: Buffer.from('{"error":"as it says"}') });
  return new InstanceClient({ send } as unknown as GuardedFetch, 'https://town.example', 'token');
}

it.each<[number, InstanceFault]>([
  [401, 'unauthorized'],
  [403, 'refused'],
  [408, 'limited'],
  [422, 'refused'],
  [425, 'limited'],
  [429, 'limited'],
  [500, 'lost'],
  [503, 'lost'],
])('%s means that the request was %s', async (status, fault) => {
  await expect(client(status).call('/api/v1/anything')).rejects.toMatchObject({ fault, details: { status } });
});

it('waits as long as the instance asks for', async () => {
  const asked = client(429, { 'retry-after': '7' }).call('/api/v1/anything');
  await expect(asked).rejects.toMatchObject({ details: { retryAfter: 7000 } });
});
