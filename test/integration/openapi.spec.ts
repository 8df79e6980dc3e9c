/** The interface as a stranger's tools see it: a document without a fault, which every answer is as described in. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import ts from 'typescript';
import type { PlatformView, PostView, RestSessionState } from '../../src/protocol/http';
import { BACKENDS, type Running } from '../support/backends';
import { TestClient } from '../support/http-client';
import { temporaryFolder } from '../support/processes';
import type { ServerNode } from '../support/server';
import { ADMIN } from '../support/shared';
import { type ApiDocument, DescribedClient, Description } from './support/described';
import { upload } from './support/household';
import { connectPlatforms } from './support/scenario';

let running: Running;
let node: ServerNode;
let document: ApiDocument;
beforeAll(async () => {
  running = await BACKENDS[0]!.shared();
  [node] = running.nodes as [ServerNode];
  document = (await new TestClient(node.url).get<ApiDocument>('/api/openapi.json')).body;
});

const named = (id: number) => ({ headers: { 'x-platform-id': String(id) } });

it('has no fault by the recommended rules of a linter', async () => {
  const config = await createConfig({ extends: ['recommended'] });
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: '/openapi.json', config });
  expect(
    problems.map(({ severity, ruleId, message, location }) => [severity, ruleId, message, location[0]?.pointer]),
  ).toEqual([]);
});

it('describes routes, not pages, with the answers and the bodies of each', () => {
  const paths = Object.keys(document.paths);
  expect(paths.filter((path) => !/^\/(api|health|metrics)/.test(path))).toEqual([]);
  expect(paths).toEqual(expect.arrayContaining(['/api/auth/login', '/api/posts', '/api/admin/users/{id}/disable']));
  const answerless = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([, { responses }]) => ['200', '201'].some((status) => responses[status] && !responses[status].content))
      .map(([method]) => `${method} ${path}`),
  );
  expect(answerless).toEqual([]);
  expect(document.components.schemas.LoginDto).toMatchObject({
    required: ['username', 'password'],
    properties: { username: { type: 'string' }, platform_id: { type: 'number' } },
  });
});

it('is what the server answers, on its main routes and to its common refusals', async () => {
  const description = new Description(document);
  const client = new DescribedClient(node.url, description);
  await client.get('/api/session');
  await client.post('/api/auth/register', {});
  await client.register();
  const [town, photos] = (await connectPlatforms(client)) as [PlatformView, PlatformView];
  for (const path of ['/health/live', '/health/ready', '/metrics', '/api/session', '/api/user_platforms']) {
    expect((await client.get(path)).status).toBe(200);
  }
  for (const path of [
    '/api/user_data',
    '/api/platform_data',
    '/api/platform_statistics',
    '/api/pending_images',
    '/api/audit',
  ]) {
    expect((await client.get(path)).status).toBe(200);
  }
  await client.get(`/api/platforms/${town.id}`);
  await client.get(`/api/platforms/${town.id}/import`);
  await client.get('/api/platforms/999999');
  await client.patch(`/api/platforms/${town.id}`, { name: 'Renamed' });
  await client.post(`/api/platforms/${photos.id}/default`);
  await client.post('/api/session/extend');
  await client.post('/api/posts', { content: 'x' });
  await upload(client, town.id);
  const { body: post } = await client.post<PostView>('/api/posts', { content: 'Hello' }, named(town.id));
  const repeatable = { headers: { ...named(town.id).headers, 'idempotency-key': randomUUID() } };
  for (const status of [201, 200]) {
    expect((await client.post('/api/posts', { content: 'Once' }, repeatable)).status).toBe(status);
  }
  expect((await client.post('/api/posts', { content: 'Other' }, repeatable)).status).toBe(409);
  await client.get('/api/posts?limit=10');
  await client.delete(`/api/posts/${post.id}`, named(town.id));
  await client.post(`/api/posts/${post.id}/retry`, {}, named(town.id));
  await client.post(`/api/switch_platform/${photos.id}`, {});
  expect((await client.post('/api/posts', { content: 'x' }, named(town.id))).status).toBe(409);
  await client.delete(`/api/platforms/${photos.id}`);

  const phone = new DescribedClient(node.url, description);
  const { username } = (await client.get<RestSessionState>('/api/session')).body.user;
  await phone.login({ username, password: 'wrong password' });
  await phone.login({ username, password: 'correct horse battery staple' });
  await phone.get('/api/sessions');
  await phone.get('/api/admin/sessions');
  await phone.post('/api/sessions/end_others', undefined, { headers: { 'x-csrftoken': 'forged' } });
  await phone.post('/api/sessions/end_others');
  await phone.post('/api/auth/logout');

  const admin = new DescribedClient(node.url, description);
  const { session } = (await admin.login(ADMIN)).body;
  for (const part of ['sessions', 'audit', 'performance', 'overview', 'users']) await admin.get(`/api/admin/${part}`);
  await admin.post('/api/admin/sessions/validate', { pairs: [[session.id, 1]] });
  await admin.post('/api/admin/sessions/cleanup', { user_ids: [999_999] });
  await admin.post('/api/cleanup_sessions');
  await admin.post('/api/admin/users/999999/disable');

  // Pictures need an instance; see pictures.spec.ts.
  const isPicture = ({ responses }: { responses: Record<string, { content?: object }> }) =>
    'image/*' in (responses[200]?.content ?? {});
  const reads = Object.values(document.paths).flatMap(({ get }) => (get && !isPicture(get) ? [get.operationId] : []));
  expect([...description.answered]).toEqual(expect.arrayContaining(reads));
  expect(description.answered.size).toBeGreaterThan(25);
});

describe('a client that is generated of it', () => {
  const folder = join(__dirname, '../..');
  const schemaFile = join(folder, 'api-schema.ts');
  const clientFile = join(folder, 'api-client.ts');
  let schema: string;
  beforeAll(async () => {
    const output = join(temporaryFolder(), 'api-schema.ts');
    const generator = join(folder, 'node_modules/openapi-typescript/bin/cli.js');
    await promisify(execFile)(process.execPath, [generator, `${node.url}/api/openapi.json`, '--output', output]);
    schema = readFileSync(output, 'utf8');
  });

  /** @returns what the compiler has against a program that uses the client */
  function compile(use: string): string[] {
    const files = new Map([
      [schemaFile, schema],
      [
        clientFile,
        `import createClient from 'openapi-fetch'; import type { paths } from './api-schema';
        const client = createClient<paths>({ baseUrl: '' });\n${use}`,
      ],
    ]);
    const options: ts.CompilerOptions = {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      target: ts.ScriptTarget.ES2022,
    };
    const host = ts.createCompilerHost(options);
    const { fileExists, readFile, getSourceFile } = host;
    host.fileExists = (name) => files.has(name) || fileExists(name);
    host.readFile = (name) => files.get(name) ?? readFile(name);
    host.getSourceFile = (name, ...rest) =>
      files.has(name)
        ? ts.createSourceFile(name, files.get(name)!, ts.ScriptTarget.ES2022)
        : getSourceFile.call(host, name, ...rest);
    const program = ts.createProgram([clientFile], options, host);
    return ts
      .getPreEmitDiagnostics(program)
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
  }

  it('knows the person, the platform and the codes of errors', () => {
    const use = `export async function use() {
      const { data, error } = await client.GET('/api/session');
      const code: 'SESSION_EXPIRED' | 'RATE_LIMITED' | string | undefined = error?.error_code;
      const email: string | undefined = data?.user.email;
      const kind: 'mastodon' | 'pixelfed' | undefined = data?.platform?.platform_type;
      await client.POST('/api/posts', { params: { header: { 'X-Platform-Id': 1 } }, body: { content: 'x' } });
      return { code, email, kind };
    }`;
    expect(compile(use)).toEqual([]);
  });

  it('refuses a field that nobody answers, and a post that names no platform', () => {
    expect(compile("void client.GET('/api/session').then(({ data }) => data?.nobody);")).toHaveLength(1);
    expect(compile("void client.POST('/api/posts', { body: { content: 'x' } });")).toHaveLength(1);
  });
});

it('is shown as a page whose scripts the content security policy lets run', async () => {
  const client = new TestClient(node.url);
  const page = await client.get<string>('/api/docs/index.html', { headers: { accept: 'text/html' } });
  expect([page.status, page.headers['content-type']]).toEqual([200, expect.stringContaining('text/html')]);
  expect(page.headers['content-security-policy']).toContain("default-src 'self'");
  expect(page.body).not.toMatch(/<script(?![^>]*src=)|<style|\son\w+=/);
  expect((await client.get<string>('/api/docs/swagger-initializer.js')).body).toContain('/api/openapi.json');
});
