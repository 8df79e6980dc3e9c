import { startNode } from './server';

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
