/** The top-level domains, read when something is first counted that may hold links. */
import tlds from 'tlds';

export const TOP_LEVEL_DOMAINS: ReadonlySet<string> = new Set(tlds);
