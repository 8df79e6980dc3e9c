/** Nothing that a person types makes the server speak to a place that is not of the public internet. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { isPublicAddress } from '../../src/platform/instances/address-policy';
import { CircuitBreaker } from '../../src/platform/instances/circuit-breaker';
import { GuardedFetch } from '../../src/platform/instances/guarded-fetch';
import { guardedLookup, type Resolve } from '../../src/platform/instances/resolver';
import { TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';

/** Hosts as they can be written; each means this machine, this network, or a part of it that is nobody's business. */
const HOSTS = [
  '127.0.0.1',
  '127.1',
  '127.0.1',
  '127.255.255.254',
  '0177.0.0.1',
  '0x7f.0.0.1',
  '0x7f000001',
  '2130706433',
  '017700000001',
  '0',
  '0.0.0.0',
  '0x0',
  '127。0。0。1',
  '①②⑦.⓪.⓪.①',
  '127.0.0.1.',
  'localhost',
  'LOCALHOST',
  'localhost.',
  'ｌｏｃａｌｈｏｓｔ',
  'a.localhost',
  'printer.local',
  'metadata.google.internal',
  'router.home.arpa',
  'intranet',
  '10.0.0.1',
  '10.255.255.255',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.0.1',
  '192.168.1.254',
  '169.254.169.254',
  '169.254.170.2',
  '0xA9FEA9FE',
  '2852039166',
  '100.64.0.1',
  '100.100.100.200',
  '192.0.0.192',
  '192.0.2.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.9',
  '192.88.99.1',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  '[::1]',
  '[::]',
  '[0:0:0:0:0:0:0:1]',
  '[::ffff:127.0.0.1]',
  '[::ffff:7f00:1]',
  '[::ffff:0:127.0.0.1]',
  '[::127.0.0.1]',
  '[::ffff:169.254.169.254]',
  '[64:ff9b::127.0.0.1]',
  '[64:ff9b:1::7f00:1]',
  '[2002:7f00:1::]',
  '[2001:0:7f00:1::]',
  '[2001:db8::1]',
  '[fe80::1]',
  '[fec0::1]',
  '[fc00::1]',
  '[fd00:ec2::254]',
  '[ff02::1]',
  '[100::1]',
  '[5f00::1]',
  '[4000::1]',
];

/** Names that look like any other, and what a name server of the attacker says of them. */
const NAMES: Record<string, string[]> = {
  'loopback.attacker.net': ['127.0.0.1'],
  'loopback6.attacker.net': ['::1'],
  'mapped.attacker.net': ['::ffff:127.0.0.1'],
  'nat64.attacker.net': ['64:ff9b::7f00:1'],
  'private.attacker.net': ['10.1.2.3'],
  'metadata.attacker.net': ['169.254.169.254'],
  'zero.attacker.net': ['0.0.0.0'],
  'one-of-two.attacker.net': ['93.184.216.34', '127.0.0.1'],
  '127.0.0.1.nip.attacker.net': ['127.0.0.1'],
};

let listener: Server;
let port: number;
let hits: string[];
let answer: (path: string, response: ServerResponse) => void;

beforeAll(async () => {
  listener = createServer((request, response) => answer(request.url ?? '', response));
  listener.on('connection', () => hits.push('connection'));
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  port = (listener.address() as AddressInfo).port;
});
afterAll(() => {
  listener.closeAllConnections();
  listener.close();
});
beforeEach(() => {
  hits = [];
  answer = (_, response) => response.end('{}');
});

const resolve: Resolve = async (name) =>
  (NAMES[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

/** The port of the listener stands for 443: so it is the address alone that is refused. */
const guarded = (allowPrivate: string[] = []) =>
  new GuardedFetch({ allowPrivate, resolve, publicPort: port, breaker: new CircuitBreaker(() => 0) });

describe('the guarded fetch', () => {
  it('counts what reaches the listener', async () => {
    const { status } = await guarded([`127.0.0.1:${port}`]).send(`http://127.0.0.1:${port}/`);
    expect([status, hits.length]).toEqual([200, 1]);
  });

  it.each([...HOSTS, ...Object.keys(NAMES)])('never speaks to %s', async (host) => {
    for (const scheme of ['https', 'http']) {
      const asked = guarded().send(`${scheme}://${host}:${port}/`);
      await expect(asked).rejects.toMatchObject({ fault: 'unreachable' });
    }
    expect(hits).toEqual([]);
  });

  it.each([
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:70/',
    'data:text/plain,x',
    'unix:/var/run/docker.sock',
    'http://93.184.216.34/',
    'https://93.184.216.34:8443/',
    'https://user:secret@93.184.216.34/',
    'https://loopback.attacker.net#@mastodon.social/',
  ])('refuses %s by its form, or by what its host is', async (url) => {
    const asked = new GuardedFetch({ allowPrivate: [], resolve }).send(url);
    await expect(asked).rejects.toMatchObject({ fault: 'unreachable' });
    expect(hits).toEqual([]);
  });

  it('connects to the very address that it checked, and checks again each time', async () => {
    const answers = ['93.184.216.34', '127.0.0.1'];
    const moving: Resolve = async () => [{ address: answers.shift()!, family: 4 }];
    const look = promisify(guardedLookup(moving, isPublicAddress));
    expect(await look('moving.attacker.net', {})).toBe('93.184.216.34');
    await expect(look('moving.attacker.net', {})).rejects.toMatchObject({ code: 'EADDRREFUSED' });
  });

  it('follows a redirect within one host, and none to another or in place of a write', async () => {
    const fetch = guarded([`127.0.0.1:${port}`]);
    const base = `http://127.0.0.1:${port}`;
    const seen: string[] = [];
    answer = (path, response) => {
      seen.push(path);
      const target = new URL(path, base).searchParams.get('to');
      if (target) response.writeHead(302, { location: target });
      response.end('{}');
    };
    expect((await fetch.send(`${base}/a?to=/b`)).status).toBe(200);
    expect(seen).toEqual(['/a?to=/b', '/b']);
    seen.length = 0;
    for (const target of [`http://localhost:${port}/x`, 'http://169.254.169.254/', 'file:///etc/passwd', '//[::1]/']) {
      const url = `${base}/a?to=${encodeURIComponent(target)}`;
      await expect(fetch.send(url)).rejects.toMatchObject({ fault: 'refused' });
    }
    await expect(fetch.send(`${base}/a?to=/b`, { method: 'POST', body: 'x' })).rejects.toMatchObject({
      fault: 'refused',
    });
    expect(seen.filter((path) => !path.startsWith('/a'))).toEqual([]);
    await expect(fetch.send(`${base}/a?to=${encodeURIComponent('/a?to=/a')}`)).resolves.toMatchObject({ status: 200 });
  });

  it('gives up on an answer that is too long or too slow', async () => {
    const fetch = guarded([`127.0.0.1:${port}`]);
    const base = `http://127.0.0.1:${port}/`;
    answer = (_, response) => response.end(Buffer.alloc(1024 * 1024 + 1));
    await expect(fetch.send(base)).rejects.toMatchObject({ fault: 'lost' });
    answer = (_, response) => void response.write('{');
    await expect(fetch.send(base, { timeout: 100 })).rejects.toMatchObject({ fault: 'lost' });
  });

  it('holds nothing against a host that it is not to blame for', async () => {
    const fetch = new GuardedFetch({ allowPrivate: [`127.0.0.1:${port}`] });
    const url = `http://127.0.0.1:${port}/`;
    for (let index = 0; index < 6; index++) {
      const asked = fetch.send(url, { headers: { authorization: 'Bearer tok\u20acn' } });
      await expect(asked).rejects.toMatchObject({ code: 'ERR_INVALID_CHAR' });
    }
    answer = (_, response) => response.end(Buffer.alloc(1024 * 1024 + 1));
    for (let index = 0; index < 6; index++) {
      await expect(fetch.send(url)).rejects.toMatchObject({ message: expect.stringContaining('longer than') });
    }
    answer = (_, response) => response.end('{}');
    await expect(fetch.send(url)).resolves.toMatchObject({ status: 200 });
  });

  it('leaves a host alone that does not answer, and comes back to it', async () => {
    let now = 0;
    const breaker = new CircuitBreaker(() => now);
    const fetch = new GuardedFetch({ allowPrivate: [`127.0.0.1:${port}`], breaker });
    const url = `http://127.0.0.1:${port}/`;
    answer = (_, response) => response.destroy();
    for (let index = 0; index < 5; index++) await expect(fetch.send(url)).rejects.toMatchObject({ fault: 'lost' });
    const before = hits.length;
    await expect(fetch.send(url)).rejects.toMatchObject({ fault: 'unreachable' });
    expect(hits.length).toBe(before);
    answer = (_, response) => response.end('{}');
    now = 60_000;
    await expect(fetch.send(url)).resolves.toMatchObject({ status: 200 });
    await expect(fetch.send(url)).resolves.toMatchObject({ status: 200 });
  });
});

describe('connecting', () => {
  let node: ServerNode;

  beforeAll(async () => {
    node = await startNode();
  });
  afterAll(() => node.stop());

  it('refuses what could never be reached', async () => {
    const client = new TestClient(node.url);
    await client.register();
    const form = { name: 'x', platform_type: 'mastodon', access_token: 't' };
    const urls = HOSTS.flatMap((host) => [`https://${host}`, `http://${host}:${port}`, `https://${host}:${port}`]);
    for (const instance_url of [...urls, 'ftp://a.example', 'not an address', 'https://a.example:8443']) {
      const { status, body } = await client.post('/api/platforms', { ...form, instance_url });
      expect([instance_url, status, body.error_code]).toEqual([instance_url, 400, 'VALIDATION_ERROR']);
    }
    expect(hits).toEqual([]);
  });
});
