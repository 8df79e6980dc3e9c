/** The files of the client, as a browser gets them. */
import { readdirSync, readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import type { ServerNode } from '../support/server';
import { sharedNodes } from '../support/shared';

const FILES = ['vedfolnir.js', 'vedfolnir.mjs', 'session.mjs', 'elements.mjs', 'composer.mjs', 'elements.css'];
const UNPACK: Record<string, (packed: Buffer) => Buffer> = { gzip: gunzipSync, br: brotliDecompressSync };

let node: ServerNode;
beforeAll(async () => {
  [node] = await sharedNodes('node');
});

/** As it comes over the line: `fetch` would unpack it. */
async function get(path: string, headers: Record<string, string>) {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    request(`${node.url}${path}`, { headers }, resolve).on('error', reject).end();
  });
  return { status: response.statusCode, headers: response.headers, body: await buffer(response) };
}

it.each(FILES)('%s comes packed to whoever takes it so, and is asked for again only when it is new', async (file) => {
  const whole = readFileSync(join(__dirname, '../../dist/client', file));
  for (const [coding, unpack] of Object.entries(UNPACK)) {
    const packed = await get(`/client/${file}`, { 'accept-encoding': coding });
    expect([packed.status, packed.headers['content-encoding'], packed.headers.vary?.toLowerCase()]).toEqual([
      200,
      coding,
      'accept-encoding',
    ]);
    expect(unpack(packed.body).equals(whole)).toBe(true);
    const again = { 'accept-encoding': coding, 'if-none-match': packed.headers.etag! };
    expect((await get(`/client/${file}`, again)).status).toBe(304);
  }
  const plain = await get(`/client/${file}`, { 'accept-encoding': 'identity' });
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(plain.body.equals(whole)).toBe(true);
});

it('imports parts by names that change with their content, which are kept for good; all else is asked for again', async () => {
  const folder = join(__dirname, '../../dist/client');
  const modules = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mjs'));
  const imported = modules.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/(?:from|import)\s*"([^"]+)"/g)].map(([, path]) => path),
  );
  expect(imported.length).toBeGreaterThan(0);
  for (const path of imported) expect(path).toMatch(/^(\.\/parts\/|\.\/)[\w-]+-[\w-]{8}\.mjs$/);
  for (const name of modules) {
    const { headers } = await get(`/client/${name}`, {});
    const hashed = /-[\w-]{8}\.mjs$/.test(name);
    expect([name, headers['cache-control']]).toEqual([
      name,
      hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    ]);
  }
});

it('packs nothing that may hold a secret', async () => {
  for (const path of ['/login', '/api/session', '/api/docs-json']) {
    const { headers } = await get(path, { 'accept-encoding': 'gzip, br' });
    expect(headers['content-encoding']).toBeUndefined();
  }
});

it('lets a browser keep for a year what a page of ours names, by a name that goes with its content', async () => {
  const page = (await get('/login', {})).body.toString();
  const files = [...page.matchAll(/(?:src|href)="(\/client\/[^"]+)"/g)].map(([, path]) => path!);
  expect(files.length).toBeGreaterThan(4);
  for (const path of files) {
    const { status, headers } = await get(path, {});
    expect([path, status, headers['cache-control']]).toEqual([path, 200, 'public, max-age=31536000, immutable']);
  }
});

it.each(['app.mjs.map', 'app.mjs%2emap', 'app.mjs%2Emap?x', 'app.mjs.ma%70'])('%s is not there', async (name) => {
  expect((await get(`/client/${name}`, {})).status).toBe(404);
});

it.each(['bytes=5-2', 'bytes=0-4', 'bytes=-1', 'bytes=9999999-', 'nothing'])(
  'comes whole for a range of %s',
  async (range) => {
    const { status, headers, body } = await get('/client/vedfolnir.js', { range });
    expect([status, Number(headers['content-length'])]).toEqual([200, body.length]);
  },
);
