/** Thrown when a promise takes longer than `ms` milliseconds. */
export class TimeoutError extends Error {}

/** @throws TimeoutError after `ms`; the promise itself continues, its result is ignored */
export async function withTimeout<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TimeoutError(`No answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
