/** Uploads that are none: refused, and nothing of them kept. */
import { ANY_BACKEND, type Running } from '../support/backends';
import { TestClient } from '../support/http-client';
import { rawBytes } from '../support/raw-request';
import { expectRefusal, startEmpty } from './support/attack';
import { household } from './support/household';

const PNG_START = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
const TYPE = 'multipart/form-data; boundary=edge';

function part(disposition: string, content: string | Buffer = PNG_START): Buffer {
  const head = `--edge\r\nContent-Disposition: form-data; ${disposition}\r\nContent-Type: image/png\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), Buffer.from(content as string), Buffer.from('\r\n')]);
}
const END = Buffer.from('--edge--\r\n');
const whole = (...parts: Buffer[]) => Buffer.concat([...parts, END]);
const FILE = 'name="file"; filename="a.png"';

describe.each(ANY_BACKEND)('$name', (backend) => {
  let running: Running;
  let client: TestClient;
  let platform: string;
  let kept: unknown;
  const heard = new Map<string, number>();
  const fence = () => ({ 'x-platform-id': platform });
  const statistics = async () => (await client.get('/api/platform_statistics')).body;

  beforeAll(async () => {
    running = await startEmpty(backend);
    const home = await household(running.nodes[0]!.url);
    client = home.client;
    platform = String(home.platforms[0]!.id);
    kept = await statistics();
  });
  afterAll(() => running.stop());

  afterEach(async () => {
    expect((await new TestClient(client.url).get('/health/live')).status).toBe(200);
    expect(await statistics()).toEqual(kept);
    for (const { url, output } of running.nodes) {
      const said = output();
      const faults = said.slice(heard.get(url)).match(/.*"level":[56]0.*/g);
      heard.set(url, said.length);
      expect(faults).toBeNull();
    }
  });

  it.each<[string, string, string | Buffer]>([
    ['no boundary', 'multipart/form-data', whole(part(FILE))],
    ['another boundary', 'multipart/form-data; boundary=other', whole(part(FILE))],
    ['a boundary of 10 KB', `multipart/form-data; boundary=${'x'.repeat(10_000)}`, whole(part(FILE))],
    ['nothing in it', TYPE, ''],
    ['no part', TYPE, END],
    ['no end', TYPE, part(FILE)],
    ['half a part', TYPE, part(FILE).subarray(0, 60)],
    ['no name', TYPE, whole(part('filename="a.png"'))],
    ['a name of 10 KB', TYPE, whole(part(`name="${'x'.repeat(10_000)}"; filename="a.png"`))],
    ['another name', TYPE, whole(part('name="other"; filename="a.png"'))],
    ['__proto__ for a name', TYPE, whole(part('name="__proto__"; filename="a.png"'))],
    ['__proto__ for a field', TYPE, whole(part('name="__proto__"', 'x'), part(FILE))],
    ['constructor for a field', TYPE, whole(part('name="constructor"', 'x'), part(FILE))],
    ['two files', TYPE, whole(part(FILE), part(FILE))],
    ['a thousand files', TYPE, whole(...Array.from({ length: 1000 }, () => part(FILE)))],
    ['a thousand fields', TYPE, whole(...Array.from({ length: 1000 }, () => part('name="alt_text"', 'x')), part(FILE))],
    ['a description of a megabyte', TYPE, whole(part('name="alt_text"', 'x'.repeat(1_000_000)), part(FILE))],
    ['a description with NUL', TYPE, whole(part('name="alt_text"', 'a\u0000b'), part(FILE))],
    ['a file of 17 MB', TYPE, whole(part(FILE, Buffer.concat([PNG_START, Buffer.alloc(17 << 20)])))],
    ['a page for a file', TYPE, whole(part(FILE, '<!doctype html><script>alert(1)</script>'))],
    ['a mixed type', 'multipart/mixed; boundary=edge', whole(part(FILE))],
    ['headers of a megabyte', TYPE, whole(part(`${FILE}; x="${'y'.repeat(1_000_000)}"`, 'x'))],
  ])('refuses an upload with %s', async (what, type, body) => {
    const headers = { ...fence(), 'content-type': type };
    expectRefusal(await client.request('POST', '/api/media', { body, headers }), what);
  });

  it('keeps nothing of an upload that breaks off', async () => {
    const { host } = new URL(client.url);
    const lines = [
      'POST /api/media HTTP/1.1',
      `Host: ${host}`,
      `Cookie: ${client.cookie}`,
      `X-CSRFToken: ${client.csrfToken}`,
      `X-Platform-Id: ${platform}`,
      `Content-Type: ${TYPE}`,
      'Content-Length: 5000000',
    ];
    const bytes = [
      Buffer.from(`${lines.join('\r\n')}\r\n\r\n`),
      part(FILE, Buffer.concat([PNG_START, Buffer.alloc(90_000)])),
    ];
    await rawBytes(client.url, Buffer.concat(bytes), 500);
  });
});
