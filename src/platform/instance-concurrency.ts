/** A node's concurrent tasks per instance: a slow instance must not delay the users of others. */
const MAX_CONCURRENT_PER_INSTANCE = 2;

/** @param running tasks @returns URLs of the instances that may get no further task now */
export function instancesAtConcurrencyLimit(running: Iterable<{ instanceUrl: string }>): string[] {
  const counts = new Map<string, number>();
  for (const { instanceUrl } of running) counts.set(instanceUrl, (counts.get(instanceUrl) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= MAX_CONCURRENT_PER_INSTANCE).map(([instanceUrl]) => instanceUrl);
}
