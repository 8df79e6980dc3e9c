import { CoalescedCall } from './coalesced-call';

describe('CoalescedCall', () => {
  it('never returns a result of a call that started earlier, and runs once for all waiting callers', async () => {
    const answers: { resolve(value: number): void; reject(error: Error): void }[] = [];
    const question = new CoalescedCall(
      () => new Promise<number>((resolve, reject) => answers.push({ resolve, reject })),
    );
    const first = question.run();
    const waiting = [question.run(), question.run(), question.run()];
    expect(answers).toHaveLength(1);
    answers[0]!.resolve(1);
    expect(await first).toBe(1);
    await Promise.resolve();
    expect(answers).toHaveLength(2);
    const late = question.run();
    answers[1]!.reject(new Error('away'));
    for (const each of waiting) await expect(each).rejects.toThrow('away');
    expect(answers).toHaveLength(3);
    answers[2]!.resolve(3);
    expect(await late).toBe(3);
    const last = question.run();
    answers[3]!.resolve(4);
    expect(await last).toBe(4);
  });
});
