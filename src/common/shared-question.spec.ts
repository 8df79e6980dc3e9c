import { SharedQuestion } from './shared-question';

describe('SharedQuestion', () => {
  it('gives nobody an answer that was begun before they came, and is put once for all who wait', async () => {
    const answers: { resolve(value: number): void; reject(error: Error): void }[] = [];
    const question = new SharedQuestion(
      () => new Promise<number>((resolve, reject) => answers.push({ resolve, reject })),
    );
    const first = question.ask();
    const waiting = [question.ask(), question.ask(), question.ask()];
    expect(answers).toHaveLength(1);
    answers[0]!.resolve(1);
    expect(await first).toBe(1);
    await Promise.resolve();
    expect(answers).toHaveLength(2);
    const late = question.ask();
    answers[1]!.reject(new Error('away'));
    for (const each of waiting) await expect(each).rejects.toThrow('away');
    expect(answers).toHaveLength(3);
    answers[2]!.resolve(3);
    expect(await late).toBe(3);
    const last = question.ask();
    answers[3]!.resolve(4);
    expect(await last).toBe(4);
  });
});
