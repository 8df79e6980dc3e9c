import type { PlatformView, UserPlatformsView } from '../../src/protocol/http';
import { ReadingElement } from './reading-element';
import { session } from './session';

/** An element that shows the user's platforms, as read and as pushed. */
export abstract class PlatformsElement extends ReadingElement<PlatformView[]> {
  protected override begin(): void {
    this.listen('platformsChanged', ({ platforms }) => void (platforms ? this.show(platforms) : this.reload()));
    super.begin();
  }

  protected async read(): Promise<PlatformView[]> {
    return (await readPlatforms()).platforms;
  }
}

let current: Promise<UserPlatformsView> | null = null;

/** Elements that read at the same time share one request. */
function readPlatforms(): Promise<UserPlatformsView> {
  if (current) return current;
  current = session.request<UserPlatformsView>('GET', '/api/user_platforms', { background: true });
  window.setTimeout(() => {
    current = null;
  });
  return current;
}
