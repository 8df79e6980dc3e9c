import tlds from 'tlds';

/** IANA's list of top-level domains in all scripts, for recognising links in posts. */
export const TOP_LEVEL_DOMAINS: ReadonlySet<string> = new Set(tlds);
