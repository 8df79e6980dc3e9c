import type { MediaLimitsView } from '../../../src/protocol/http';
import { pinnedTo } from '../format-post';
import { session } from '../session';

/** The media limits of an instance; null if unknown: then only the server checks. */
export async function mediaLimits(platformId: number): Promise<MediaLimitsView | null> {
  const options = { headers: pinnedTo(platformId), background: true };
  const read = session.request<{ data: { media: MediaLimitsView | null } }>('GET', '/api/platform_data', options);
  return (await read.catch(() => null))?.data.media ?? null;
}
