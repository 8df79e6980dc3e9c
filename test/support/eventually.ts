/**
 * Polls until `probe` neither throws nor answers something falsy (undefined counts as done, for blocks of `expect`).
 * @returns what the probe answered
 * @throws what the probe last threw, or a word about the time that ran out
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { timeout = 30_000, interval = 25 }: { timeout?: number; interval?: number } = {},
): Promise<T> {
  const deadline = performance.now() + timeout;
  for (;;) {
    let failure: unknown;
    try {
      const answer = await probe();
      if (answer === undefined || answer) return answer;
      failure = new Error(`Not within ${timeout} ms: the probe still answers ${String(answer)}`);
    } catch (error) {
      failure = error;
    }
    if (performance.now() > deadline) throw failure;
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}
