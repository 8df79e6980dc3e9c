import type { TopLevelDomains } from '../../src/protocol/post-links';

const FILE = '/client/domains.mjs';

let domains: TopLevelDomains | null = null;

/** What makes a link in a post; null until it has been read. */
export const topLevelDomains = (): TopLevelDomains | null => domains;

/** @returns once they are there; where they cannot be had, links go on being counted for the most that they may be */
export async function readTopLevelDomains(): Promise<void> {
  if (domains) return;
  const read = import(/* @vite-ignore */ FILE) as Promise<typeof import('../domains')>;
  domains = await read.then(
    ({ TOP_LEVEL_DOMAINS }) => TOP_LEVEL_DOMAINS,
    () => null,
  );
}
