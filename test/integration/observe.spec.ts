/** What an operator sees: figures, the line of each request, and the performance of all nodes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { PerformanceView } from '../../src/protocol/admin';
import { type Running, startCluster } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';

const DOCS = join(__dirname, '../../docs');
const read = (name: string) => readFileSync(join(DOCS, name), 'utf8');

let running: Running;
let admin: TestClient;

beforeAll(async () => {
  running = await startCluster(2, { LOG_LEVEL: 'info', TRUST_PROXY: '1' });
  admin = new TestClient(running.nodes[0]!.url);
  await admin.register();
});
afterAll(() => running.stop());

it('has every figure that the dashboard and the alerts name', async () => {
  const text = await (await fetch(`${running.nodes[0]!.url}/metrics`)).text();
  const known = new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]));
  const dashboard = JSON.parse(read('grafana-dashboard.json')) as { panels: { targets: { expr: string }[] }[] };
  const { groups } = parse(read('alerts.yml')) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const shown = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  const watched = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
  const named = [...shown, ...watched].flatMap((expr) => expr.match(/\b(vedfolnir|nodejs|process)_[a-z0-9_]+/g) ?? []);
  expect(named.length).toBeGreaterThan(25);
  const unknown = named.filter((name) => !known.has(name) && !known.has(name.replace(/_(bucket|count|sum)$/, '')));
  expect(unknown).toEqual([]);
  // And the other way round: what we count ourselves is shown.
  const ours = [...known].filter((name) => name?.startsWith('vedfolnir_'));
  expect(ours.filter((name) => !named.some((each) => each.startsWith(name ?? '')))).toEqual([]);
});

it('counts requests by route and status, sign-ins, sessions, and where they were found', async () => {
  await admin.get('/api/session');
  await new TestClient(admin.url).login({ username: 'nobody', password: 'wrong' });
  const text = await (await fetch(`${admin.url}/metrics`)).text();
  expect(text).toMatch(
    /^vedfolnir_http_request_seconds_count\{method="GET",route="\/api\/session",status="200"\} [1-9]/m,
  );
  expect(text).toMatch(/^vedfolnir_audit_events_total\{type="sign_in_failed",reason=""\} 1/m);
  expect(text).toMatch(/^vedfolnir_session_lookups_total\{place="\w+"\} [1-9]/m);
  expect(text).toMatch(/^vedfolnir_live_sessions 1$/m);
  expect(text).toMatch(/^vedfolnir_pool_open [1-9]/m);
});

it('writes a line for each request, with the id that the caller was given, and no secret', async () => {
  const node = running.nodes[0]!;
  const { headers } = await admin.get('/api/sessions?token=hush-hush');
  const id = String(headers['x-request-id']);
  const line = await eventually(
    () =>
      node
        .output()
        .split('\n')
        .find((each) => each.includes(id)) ?? null,
  );
  expect(JSON.parse(line!)).toMatchObject({ requestId: id, method: 'GET', route: '/api/sessions', status: 200 });
  const given = await admin.get('/health/live', { headers: { 'x-request-id': 'from-the-proxy-1' } });
  expect(given.headers['x-request-id']).toBe('from-the-proxy-1');
  const hostile = await admin.get('/health/live', { headers: { 'x-request-id': '{"a":1}' } });
  expect(hostile.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  for (const secret of ['hush-hush', admin.cookie.split('=')[1]!, admin.csrfToken!, 'correct horse']) {
    expect(node.output()).not.toContain(secret);
  }
});

it('shows the performance of all nodes', async () => {
  for (const { url } of running.nodes) await admin.device().at(url).login();
  await eventually(async () => {
    const { body } = await admin.get<PerformanceView>('/api/admin/performance');
    expect(body.nodes.map(({ pid }) => pid).sort()).toEqual(running.nodes.map(({ pid }) => pid).sort());
    expect(body.operations.find(({ operation }) => operation === 'login')?.count).toBeGreaterThanOrEqual(2);
    for (const { operations } of body.nodes) expect(operations.map(({ operation }) => operation)).toContain('login');
  });
});
