import tlds from 'tlds';

/** IANA's list, in letters of any script: what makes a link in a post. */
export const TOP_LEVEL_DOMAINS: ReadonlySet<string> = new Set(tlds);
