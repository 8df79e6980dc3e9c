import type { TopLevelDomains } from '../../src/protocol/post-links';

const FILE = '/client/domains.mjs';

let domains: TopLevelDomains | null = null;

/** The domains that make a text a link; null until they are loaded. */
export const topLevelDomains = (): TopLevelDomains | null => domains;

/** @returns when they are loaded; if that fails, each possible link keeps counting as the maximum */
export async function readTopLevelDomains(): Promise<void> {
  if (domains) return;
  const read = import(/* @vite-ignore */ FILE) as Promise<typeof import('../domains')>;
  domains = await read.then(
    ({ TOP_LEVEL_DOMAINS }) => TOP_LEVEL_DOMAINS,
    () => null,
  );
}
