import { setImmediate as turn } from 'node:timers/promises';
import { BatchedCall } from './batched-call';

interface Call {
  keys: string[];
  resolve(answers: Map<string, number>): void;
  reject(error: Error): void;
}

function batched(limits: { keys: number; calls: number }) {
  const calls: Call[] = [];
  const asked = new BatchedCall<number>(
    (keys) => new Promise((resolve, reject) => calls.push({ keys, resolve, reject })),
    limits,
  );
  return { calls, asked };
}

describe('BatchedCall', () => {
  it('batches the keys of one turn of the event loop, and passes each key once', async () => {
    const { calls, asked } = batched({ keys: 10, calls: 1 });
    const answers = Promise.all([asked.run('a'), asked.run('b'), asked.run('a')]);
    await turn();
    expect(calls.map(({ keys }) => keys)).toEqual([['a', 'b']]);
    calls[0]!.resolve(new Map([['a', 1]]));
    expect(await answers).toEqual([1, null, 1]);
  });

  it('keeps its limits, and never shares a call that started before the request', async () => {
    const { calls, asked } = batched({ keys: 2, calls: 2 });
    const first = ['a', 'b', 'c', 'd', 'e'].map((key) => asked.run(key));
    await turn();
    await turn();
    expect(calls.map(({ keys }) => keys)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    const again = asked.run('a');
    calls[0]!.resolve(new Map([['a', 1]]));
    expect(await first[0]).toBe(1);
    await turn();
    expect(calls[2]!.keys).toEqual(['e', 'a']);
    calls[2]!.resolve(new Map([['a', 2]]));
    expect(await again).toBe(2);
  });

  it('rejects all requests of a failed call, and continues', async () => {
    const { calls, asked } = batched({ keys: 2, calls: 1 });
    const failing = [asked.run('a'), asked.run('b')].map((answer) => expect(answer).rejects.toThrow('away'));
    const later = asked.run('c');
    await turn();
    calls[0]!.reject(new Error('away'));
    await Promise.all(failing);
    await turn();
    calls[1]!.resolve(new Map([['c', 3]]));
    expect(await later).toBe(3);
  });
});
