import { HEADERS, type Visibility } from '../../src/protocol/http';

export const VISIBILITY_NAMES: Record<Visibility, string> = {
  public: 'Public',
  unlisted: 'Unlisted',
  private: 'Followers only',
  direct: 'Mentioned people only',
};

/** For a request that means this platform whatever is active. */
export function pinnedTo(platformId: number): Record<string, string> {
  return { [HEADERS.platformId]: String(platformId), [HEADERS.platformPinned]: 'true' };
}
