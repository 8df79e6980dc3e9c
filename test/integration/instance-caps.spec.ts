/** What a hostile instance can cost: a redirect leads nowhere else, and an answer ends in time and within its length. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { CircuitBreaker } from '../../src/fediverse/circuit-breaker';
import { GuardedFetch } from '../../src/fediverse/guarded-fetch';
import { htmlToText } from '../../src/fediverse/html-to-text';
import type { PlatformView } from '../../src/protocol/http';
import { TestClient } from '../support/http-client';
import { startNode } from '../support/server';
import { Listener, selfSigned } from './support/listener';

const MEGABYTE = 1024 * 1024;
const certificate = selfSigned('localhost');

let listener: Listener;
let elsewhere: Listener;
let secure: Listener;
beforeAll(async () => {
  [listener, elsewhere] = [await Listener.plain(), await Listener.plain()];
  secure = await Listener.tls(certificate);
});
afterAll(() => Promise.all([listener, elsewhere, secure].map((each) => each.close())));
beforeEach(() => {
  for (const each of [listener, elsewhere, secure]) each.reset();
});

/** All three are exceptions of the operator: what is refused here is so for being another place, or too much. */
const guarded = (more = {}) =>
  new GuardedFetch({
    allowPrivate: [listener, elsewhere, secure, { hostAndPort: `localhost:${listener.port}` }].map(
      ({ hostAndPort }) => hostAndPort,
    ),
    ca: certificate.cert,
    breaker: new CircuitBreaker(() => 0),
    ...more,
  });

const redirect = (response: ServerResponse, location: string, body: string | Buffer = '') =>
  response.writeHead(302, { location }).end(body);

/** A byte now and then, for as long as the other side listens. */
function drip(response: ServerResponse, every: number): void {
  const timer = setInterval(() => response.write(' '), every);
  response.on('close', () => clearInterval(timer));
}

describe('a redirect', () => {
  it('is followed within one host, three times', async () => {
    listener.answer = ({ url }, response) => {
      const step = Number(url!.slice(1));
      if (step > 0) redirect(response, `/${step - 1}`);
      else response.end('there');
    };
    expect(String((await guarded().send(`${listener.url}/3`)).body)).toBe('there');
    expect(listener.paths).toEqual(['/3', '/2', '/1', '/0']);
    listener.reset();
    listener.answer = ({ url }, response) => redirect(response, `/${Number(url!.slice(1)) + 1}`);
    await expect(guarded().send(`${listener.url}/0`)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringMatching(/ redirected the request to /),
    });
    expect(listener.paths).toEqual(['/0', '/1', '/2', '/3']);
  });

  it.each([
    ['another port', () => `${elsewhere.url}/x`],
    ['another name of the same host', () => `http://localhost:${listener.port}/x`],
    ['another scheme', () => `https://${listener.hostAndPort}/x`],
    ['loopback', () => 'https://127.0.0.1/x'],
    ['loopback without a scheme', () => '//[::1]/x'],
    ['the metadata of a cloud', () => 'http://169.254.169.254/latest/meta-data/'],
    ['a file', () => 'file:///etc/passwd'],
    ['nonsense', () => 'http://[/x'],
  ])('to %s is not followed', async (_, target) => {
    listener.answer = (_request, response) => redirect(response, target());
    await expect(guarded().send(`${listener.url}/a`)).rejects.toMatchObject({
      fault: 'refused',
      message: expect.stringMatching(/ redirected the request to /),
    });
    expect([listener.paths, elsewhere.hits, secure.hits]).toEqual([['/a'], [], []]);
  });

  it('with a user and password in it is not followed', async () => {
    listener.answer = (_, response) => redirect(response, `http://user:secret@${listener.hostAndPort}/x`);
    await expect(guarded().send(`${listener.url}/a`)).rejects.toMatchObject({
      details: { cause: { code: 'EADDRREFUSED' } },
    });
    expect(listener.paths).toEqual(['/a']);
  });

  it('from https to http is not followed, and the token stays here', async () => {
    secure.answer = ({ headers }, response) => response.end(headers.authorization);
    const headers = { authorization: 'Bearer of-the-account' };
    expect(String((await guarded().send(secure.url, { headers })).body)).toBe(headers.authorization);
    secure.answer = (_, response) => redirect(response, `http://localhost:${listener.port}/x`);
    await expect(guarded().send(secure.url, { headers })).rejects.toMatchObject({ fault: 'refused' });
    expect(listener.hits).toEqual([]);
  });

  it('is not followed in place of a write', async () => {
    listener.answer = (_, response) => redirect(response, '/b');
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      const asked = guarded().send(`${listener.url}/a`, { method, body: 'x' });
      await expect(asked).rejects.toMatchObject({ fault: 'refused' });
    }
    expect(listener.paths).toEqual(['/a', '/a', '/a']);
  });
});

it('says nothing to a host whose certificate nobody has signed', async () => {
  const asked = guarded({ ca: undefined }).send(secure.url, { headers: { authorization: 'Bearer of-the-account' } });
  const cause = expect.objectContaining({ code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/) });
  await expect(asked).rejects.toMatchObject({ fault: 'unreachable', details: { cause } });
  expect(secure.paths).toEqual([]);
});

describe('an answer', () => {
  const tooLong = { fault: 'lost', message: `The answer of the instance is longer than ${MEGABYTE} bytes` };
  const tooLate = {
    fault: 'lost',
    details: { cause: expect.objectContaining({ message: 'The answer took too long' }) },
  };

  it('is taken up to its longest, and not a byte further', async () => {
    listener.answer = ({ url }, response) => response.end(Buffer.alloc(Number(url!.slice(1))));
    expect((await guarded().send(`${listener.url}/${MEGABYTE}`)).body.length).toBe(MEGABYTE);
    await expect(guarded().send(`${listener.url}/${MEGABYTE + 1}`)).rejects.toMatchObject(tooLong);
  });

  it('that never ends is cut off', async () => {
    let sent = 0;
    const pour = (response: ServerResponse): void => {
      while (!response.destroyed && response.write(Buffer.alloc(64 * 1024))) sent += 64 * 1024;
      if (!response.destroyed) response.once('drain', () => pour(response));
    };
    listener.answer = (_, response) => pour(response);
    await expect(guarded().send(listener.url)).rejects.toMatchObject(tooLong);
    // What the lines hold on top of what was read.
    expect(sent).toBeLessThan(16 * MEGABYTE);
  });

  it('has one length for all of its redirects', async () => {
    const third = Buffer.alloc(MEGABYTE / 3);
    listener.answer = ({ url }, response) => redirect(response, `/${Number(url!.slice(1)) + 1}`, third);
    await expect(guarded().send(`${listener.url}/0`)).rejects.toMatchObject(tooLong);
    expect(listener.paths).toEqual(['/0', '/1', '/2', '/3']);
  });

  it('has one time for all of its redirects', async () => {
    // Each step alone is well within it.
    listener.answer = ({ url }, response) => {
      setTimeout(() => redirect(response, `/${Number(url!.slice(1)) + 1}`), 150);
    };
    const started = performance.now();
    await expect(guarded().send(`${listener.url}/0`, { timeout: 400 })).rejects.toMatchObject(tooLate);
    expect(listener.paths.length).toBeLessThan(4);
    expect(performance.now() - started).toBeGreaterThan(390);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['comes in drops', (response) => drip(response, 20)],
    ['begins and stops', (response) => void response.write('{')],
    ['never begins', () => {}],
    [
      'is told to come, again and again',
      (response) => {
        const timer = setInterval(() => response.writeEarlyHints({ link: '</x>; rel=preload' }), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('that %s is given up in time', async (_, answer) => {
    listener.answer = (_request, response) => answer(response);
    await expect(guarded().send(listener.url, { timeout: 1000 })).rejects.toMatchObject(tooLate);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    [
      'wants to speak something else',
      ({ socket }) => {
        socket!.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
      },
    ],
    [
      'is all headers',
      ({ socket }) => {
        socket!.write(`HTTP/1.1 200 OK\r\n${`x: ${'y'.repeat(1000)}\r\n`.repeat(100)}\r\n`);
      },
    ],
    ['is no HTTP', ({ socket }) => void socket!.write('220 mail.example ESMTP\r\n')],
    [
      'has two lengths',
      ({ socket }) => {
        socket!.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n');
      },
    ],
    ['is cut', (response) => response.writeHead(200, { 'content-length': '10' }).write('{', () => response.destroy())],
  ])('that %s is none, at once', async (_, answer) => {
    listener.answer = (_request, response) => answer(response);
    const started = performance.now();
    await expect(guarded().send(listener.url)).rejects.toMatchObject({ fault: 'lost' });
    // Not after the 10 s that an answer may take.
    expect(performance.now() - started).toBeLessThan(9000);
  });

  it('that comes before the body was read ends the connection, although the instance keeps it open', async () => {
    const length = 64 * MEGABYTE;
    const server = createServer((socket) => {
      socket
        .on('error', () => undefined)
        .once('data', () => {
          socket.pause();
          socket.write('HTTP/1.1 413 Payload Too Large\r\ncontent-length: 2\r\n\r\n{}');
        });
    }).listen(0, '127.0.0.1');
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    await once(server, 'listening');
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const chunks = async function* () {
      for (let sent = 0; sent < length; sent += MEGABYTE) yield Buffer.alloc(MEGABYTE);
    };
    const asked = guarded({ allowPrivate: [host] }).send(`http://${host}`, {
      method: 'POST',
      body: { length, chunks },
    });
    expect(await asked).toMatchObject({ status: 413, body: Buffer.from('{}') });
    const [socket] = await accepted;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    await closed;
    expect(socket.bytesRead).toBeLessThan(length);
    server.close();
  });

  it('that is packed is not unpacked: a small bomb stays small', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * MEGABYTE));
    listener.answer = ({ headers }, response) => {
      expect(headers['accept-encoding']).toBeUndefined();
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    };
    expect((await guarded().send(listener.url)).body.equals(bomb)).toBe(true);
  });

  it('takes no longer to read for being made to be hard to read', () => {
    const started = performance.now();
    for (const piece of ['<', '<p', '</p>', '</p> ', '<br ', '&#', '&', '<a href="']) {
      htmlToText(piece.repeat(200_000 / piece.length));
      htmlToText(`<b>${piece.repeat(200_000 / piece.length)}`);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(htmlToText('<p>1 < 2</p>')).toBe('1');
    expect(htmlToText('<b>a</b> < b')).toBe('a < b');
  });
});

describe('a host', () => {
  it('has nothing held against it that it is not to blame for', async () => {
    const fetch = guarded({ breaker: new CircuitBreaker() });
    for (let index = 0; index < 6; index++) {
      const asked = fetch.send(listener.url, { headers: { authorization: 'Bearer tok\u20acn' } });
      await expect(asked).rejects.toMatchObject({ code: 'ERR_INVALID_CHAR' });
    }
    listener.answer = (_, response) => response.end(Buffer.alloc(MEGABYTE + 1));
    for (let index = 0; index < 6; index++) {
      await expect(fetch.send(listener.url)).rejects.toMatchObject({ message: expect.stringContaining('longer than') });
    }
    listener.answer = (_, response) => response.end('{}');
    await expect(fetch.send(listener.url)).resolves.toMatchObject({ status: 200 });
  });

  it('is left alone when it does not answer, and come back to', async () => {
    let now = 0;
    const fetch = guarded({ breaker: new CircuitBreaker(() => now) });
    listener.answer = (_, response) => response.destroy();
    for (let index = 0; index < 5; index++)
      await expect(fetch.send(listener.url)).rejects.toMatchObject({ fault: 'lost' });
    const before = listener.hits.length;
    await expect(fetch.send(listener.url)).rejects.toMatchObject({ fault: 'unreachable' });
    expect(listener.hits.length).toBe(before);
    listener.answer = (_, response) => response.end('{}');
    now = 60_000;
    await expect(fetch.send(listener.url)).resolves.toMatchObject({ status: 200 });
    await expect(fetch.send(listener.url)).resolves.toMatchObject({ status: 200 });
  });
});

describe('a connection that the instance has closed before the next request', () => {
  beforeEach(() => {
    const used = new WeakSet<object>();
    listener.answer = ({ socket }, response) => {
      if (used.has(socket)) return response.destroy();
      used.add(socket);
      return response.end('{}');
    };
  });

  it('is replaced for a read, which is sent again, however many are kept', async () => {
    const fetch = guarded();
    await Promise.all(['/1', '/2', '/3'].map((path) => fetch.send(listener.url + path)));
    expect(listener.hits.filter((hit) => hit === 'connection')).toHaveLength(3);
    listener.hits.length = 0;
    expect((await fetch.send(`${listener.url}/read`)).status).toBe(200);
    expect(listener.hits).toEqual(['/read', '/read', '/read', 'connection', '/read']);
  });

  it('is replaced for no write, which may have been done', async () => {
    for (const method of ['POST', 'PUT', 'DELETE'] as const) {
      const fetch = guarded();
      await fetch.send(`${listener.url}/first`);
      listener.hits.length = 0;
      await expect(fetch.send(`${listener.url}/write`, { method })).rejects.toMatchObject({ fault: 'lost' });
      expect(listener.hits).toEqual(['/write']);
    }
  });
});

it('ends a question to a dripping instance after ten seconds, redirects and all, and serves others meanwhile', async () => {
  const node = await startNode({ ALLOW_PRIVATE_INSTANCES: listener.hostAndPort });
  const client = new TestClient(node.url);
  await client.register();
  listener.answer = (_, response) => {
    response.setHeader('content-type', 'application/json').end('{"id":"1","username":"x","acct":"x"}');
  };
  const form = { name: 'x', platform_type: 'mastodon', instance_url: listener.url, access_token: 't' };
  const { id } = (await client.post<PlatformView>('/api/platforms', form)).body;
  // Steps of four seconds, then drops without an end: in parts it would be twenty seconds and more.
  listener.answer = ({ url }, response) => {
    if (url!.includes('second')) drip(response, 100);
    else setTimeout(() => redirect(response, url!.includes('first') ? '/second' : '/first'), 4000);
  };
  const started = performance.now();
  const tested = await client.post(`/api/platforms/${id}/test`);
  const took = performance.now() - started;
  expect([tested.status, tested.body.error_code]).toEqual([502, 'PLATFORM_UNREACHABLE']);
  expect(took).toBeGreaterThan(9000);
  expect(took).toBeLessThan(18_000);
  expect(listener.paths).toContain('/second');
  expect((await client.get('/health/live')).status).toBe(200);
  await node.stop();
});
