/** How much of a node's work may be with one instance at a time: a slow one holds up its own people, and nobody else. */
const MAX_CONCURRENT_PER_INSTANCE = 2;

/** @param lanes the work at hand @returns the addresses of the instances that get no more of it now */
export function instancesAtConcurrencyLimit(lanes: Iterable<{ instanceUrl: string }>): string[] {
  const counts = new Map<string, number>();
  for (const { instanceUrl } of lanes) counts.set(instanceUrl, (counts.get(instanceUrl) ?? 0) + 1);
  return [...counts].filter(([, count]) => count >= MAX_CONCURRENT_PER_INSTANCE).map(([instanceUrl]) => instanceUrl);
}
