/** Nothing that a person types makes the server speak to a place that is not of the public internet. */
import { Socket } from 'node:net';
import { CircuitBreaker } from '../../src/fediverse/circuit-breaker';
import { GuardedFetch } from '../../src/fediverse/guarded-fetch';
import type { Resolve } from '../../src/fediverse/resolver';
import { TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';
import { Listener } from './support/listener';

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
  'loopback-far.attacker.net': ['127.255.255.254'],
  'loopback6.attacker.net': ['::1'],
  'this-host.attacker.net': ['0.0.0.0'],
  'this-host6.attacker.net': ['::'],
  'this-network.attacker.net': ['0.1.2.3'],
  'private-a.attacker.net': ['10.1.2.3'],
  'private-b.attacker.net': ['172.31.255.254'],
  'private-c.attacker.net': ['192.168.1.1'],
  'metadata.attacker.net': ['169.254.169.254'],
  'metadata6.attacker.net': ['fd00:ec2::254'],
  'link-local6.attacker.net': ['fe80::1'],
  'site-local6.attacker.net': ['fec0::1'],
  'unique-local6.attacker.net': ['fc00::1'],
  'carrier.attacker.net': ['100.64.0.1'],
  'carrier-end.attacker.net': ['100.127.255.254'],
  'protocol.attacker.net': ['192.0.0.192'],
  'benchmark.attacker.net': ['198.18.0.1'],
  'benchmark-end.attacker.net': ['198.19.255.254'],
  'benchmark6.attacker.net': ['2001:2::1'],
  'example-1.attacker.net': ['192.0.2.1'],
  'example-2.attacker.net': ['198.51.100.7'],
  'example-3.attacker.net': ['203.0.113.9'],
  'example-6.attacker.net': ['2001:db8::1'],
  'example-6-new.attacker.net': ['3fff::1'],
  'relay.attacker.net': ['192.88.99.1'],
  'multicast.attacker.net': ['224.0.0.1'],
  'multicast6.attacker.net': ['ff02::1'],
  'reserved.attacker.net': ['240.0.0.1'],
  'broadcast.attacker.net': ['255.255.255.255'],
  'mapped.attacker.net': ['::ffff:127.0.0.1'],
  'mapped-public.attacker.net': ['::ffff:93.184.216.34'],
  'translated.attacker.net': ['::ffff:0:127.0.0.1'],
  'compatible.attacker.net': ['::127.0.0.1'],
  'nat64.attacker.net': ['64:ff9b::7f00:1'],
  'nat64-local.attacker.net': ['64:ff9b:1::7f00:1'],
  '6to4.attacker.net': ['2002:7f00:1::'],
  'teredo.attacker.net': ['2001:0:7f00:1::'],
  'orchid.attacker.net': ['2001:20::1'],
  'discard.attacker.net': ['100::1'],
  'unassigned.attacker.net': ['4000::1'],
  'last-of-two.attacker.net': ['93.184.216.34', '127.0.0.1'],
  'first-of-two.attacker.net': ['127.0.0.1', '93.184.216.34'],
  'one-of-both-kinds.attacker.net': ['2606:2800:220:1::1', '93.184.216.34', 'fd00::1'],
  'nonsense.attacker.net': ['not an address'],
  '127.0.0.1.nip.attacker.net': ['127.0.0.1'],
  'dotted.attacker.net.': ['127.0.0.1'],
  'xn--80ak6aa92e.attacker.net': ['127.0.0.1'],
  'пример.attacker.net': ['127.0.0.1'],
  'ⓛⓞⓞⓟ.attacker.net': ['127.0.0.1'],
};

let listener: Listener;
beforeAll(async () => {
  listener = await Listener.plain();
});
afterAll(() => listener.close());
beforeEach(() => listener.reset());

const answersOf = (name: string): string[] =>
  NAMES[Object.keys(NAMES).find((each) => new URL(`https://${each}`).hostname === name) ?? ''] ?? [];
const records = (addresses: string[]) =>
  addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
const resolve: Resolve = async (name) => records(answersOf(name));

/** The port of the listener stands for 443: so it is the address alone that is refused. */
const guarded = (allowPrivate: string[] = [], how = resolve) =>
  new GuardedFetch({
    allowPrivate,
    resolve: how,
    publicPort: listener.port,
    breaker: new CircuitBreaker(() => 0),
  });

/** The guard's own word, and for this reason: nothing that a network without the guard would have said. */
const refusedFor = (reason: string) => ({
  fault: 'unreachable',
  details: { cause: expect.objectContaining({ code: 'EADDRREFUSED', message: expect.stringContaining(reason) }) },
});
const NOT_PUBLIC = 'a host of the public internet';

describe('the guarded fetch', () => {
  it('counts what reaches the listener', async () => {
    const { status } = await guarded([listener.hostAndPort]).send(listener.url);
    expect([status, listener.hits]).toEqual([200, ['connection', '/']]);
  });

  it.each(HOSTS)('never speaks to %s, as it is no address of the public internet', async (host) => {
    const place = `${host}:${listener.port}`;
    await expect(guarded().send(`https://${place}/`)).rejects.toMatchObject(refusedFor(`must be ${NOT_PUBLIC}`));
    await expect(guarded().send(`http://${place}/`)).rejects.toMatchObject(refusedFor('must begin with https://'));
    expect(listener.hits).toEqual([]);
  });

  it.each(Object.keys(NAMES))('never speaks to %s, as of what it resolves to', async (name) => {
    const asked = guarded().send(`https://${name}:${listener.port}/`);
    const { hostname } = new URL(`https://${name}`);
    await expect(asked).rejects.toMatchObject(refusedFor(`${hostname} is not ${NOT_PUBLIC}`));
    expect(listener.hits).toEqual([]);
  });

  it.each([
    ['ftp://93.184.216.34/', 'must begin with https://'],
    ['file:///etc/passwd', 'must begin with https://'],
    ['gopher://93.184.216.34:70/', 'must begin with https://'],
    ['data:text/plain,x', 'must begin with https://'],
    ['unix:/var/run/docker.sock', 'must begin with https://'],
    ['ws://93.184.216.34/', 'must begin with https://'],
    ['http://93.184.216.34/', 'must begin with https://'],
    ['https://93.184.216.34:8443/', 'must not name a port'],
    ['https://[2606:2800:220:1::1]:22/', 'must not name a port'],
    ['https://user:secret@93.184.216.34/', 'must not hold a user or password'],
    ['https://mastodon.social@loopback.attacker.net/', 'must not hold a user or password'],
    ['https://:secret@93.184.216.34/', 'must not hold a user or password'],
    ['https://loopback.attacker.net#@mastodon.social/', `is not ${NOT_PUBLIC}`],
    ['https://loopback.attacker.net\\@mastodon.social/', `is not ${NOT_PUBLIC}`],
    ['https://loopback.attacker.net/?@mastodon.social/', `is not ${NOT_PUBLIC}`],
    ['https://loop\nback.attacker\t.net/', `is not ${NOT_PUBLIC}`],
    ['https://127.0.0.1%2f.attacker.net', null],
    ['https://127.0.0.1%00.attacker.net', null],
  ])('refuses %j by its form, or by what its host is', async (url, reason) => {
    const asked = new GuardedFetch({ allowPrivate: [], resolve }).send(url);
    await expect(asked).rejects.toMatchObject(reason === null ? { code: 'ERR_INVALID_URL' } : refusedFor(reason));
    expect(listener.hits).toEqual([]);
  });

  it('connects to the very address that it checked, and checks again each time', async () => {
    const answers = [['93.184.216.34'], ['127.0.0.1']];
    let asked = 0;
    const moving: Resolve = async () => records(answers[asked++]!);
    const connected: string[] = [];
    // What a socket was given to connect to. It goes no further, as that is nobody's test machine.
    const { connect } = Socket.prototype;
    const watched = jest.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, ...given) {
      this.once('lookup', (_error, address) => {
        if (!address) return;
        connected.push(address);
        this.destroy();
      });
      return connect.apply(this, given as never);
    });
    const fetch = guarded([], moving);
    const url = `https://moving.attacker.net:${listener.port}/`;
    await expect(fetch.send(url)).rejects.toMatchObject({ details: { cause: { code: 'ECONNRESET' } } });
    expect([connected, asked]).toEqual([['93.184.216.34'], 1]);
    await expect(fetch.send(url)).rejects.toMatchObject(refusedFor(`is not ${NOT_PUBLIC}`));
    watched.mockRestore();
    expect([connected, asked, listener.hits]).toEqual([['93.184.216.34'], 2, []]);
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
    const expectRefusal = async (instance_url: string, reason: string) => {
      const { status, body } = await client.post('/api/platforms', { ...form, instance_url });
      const details = [{ field: 'instance_url', message: `instance_url ${reason}` }];
      expect([instance_url, status, body]).toEqual([instance_url, 400, expect.objectContaining({ details })]);
    };
    for (const host of HOSTS) {
      await expectRefusal(`https://${host}`, `must be ${NOT_PUBLIC}`);
      await expectRefusal(`http://${host}:${listener.port}`, 'must begin with https://');
      await expectRefusal(`https://${host}:${listener.port}`, 'must not name a port');
    }
    await expectRefusal('https://user:secret@a.example', 'must not hold a user or password');
    for (const text of ['ftp://a.example', 'not an address', 'https://127.0.0.1%2f.attacker.net']) {
      await expectRefusal(text, 'must be an address such as https://mastodon.example');
    }
    expect(listener.hits).toEqual([]);
  });
});
