/**
 * Polls until `probe` neither throws nor returns a falsy value other than undefined, which counts as success for blocks
 * of `expect`.
 * @returns the probe's result
 * @throws the probe's last error, or an error about the timeout
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
