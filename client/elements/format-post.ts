import { HEADERS, type Visibility } from '../../src/protocol/http';

export const VISIBILITY_NAMES: Record<Visibility, string> = {
  public: 'Public',
  unlisted: 'Unlisted',
  private: 'Followers only',
  direct: 'Mentioned people only',
};

/** Headers for a request that is about this platform, whichever is active. */
export function pinnedTo(platformId: number): Record<string, string> {
  return { [HEADERS.platformId]: String(platformId), [HEADERS.platformPinned]: 'true' };
}
