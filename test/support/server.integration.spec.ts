import { BACKENDS, type Running } from './backends';
import { TestClient } from './http-client';
import { startNode } from './server';

describe.each(BACKENDS)('$name', (backend) => {
  let running: Running;

  beforeAll(async () => {
    running = await backend.start();
  });
  afterAll(() => running?.stop());

  it('starts nodes that are alive', async () => {
    for (const node of running.nodes) {
      expect(await new TestClient(node.url).get('/health/live')).toMatchObject({ status: 200 });
    }
  });

  it('exits with code 0 on SIGTERM', async () => {
    await expect(Promise.all(running.nodes.map((node) => node.stop()))).resolves.toEqual(running.nodes.map(() => 0));
  });
});

describe('startNode', () => {
  it('reports the output of a server that does not start', async () => {
    await expect(startNode({ PORT: 'nonsense' })).rejects.toThrow(/ended while starting[\s\S]*PORT must be/);
  });

  it('restarts with the data of an earlier node', async () => {
    const first = await startNode();
    await first.kill();
    const second = await startNode({}, { cwd: first.cwd });
    expect(second.cwd).toBe(first.cwd);
    await expect(second.stop()).resolves.toBe(0);
  });
});
