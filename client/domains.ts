/** The top-level domains, loaded when a text that may contain links is first counted. */
import tlds from 'tlds';

export const TOP_LEVEL_DOMAINS: ReadonlySet<string> = new Set(tlds);
