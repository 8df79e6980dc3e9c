import { HEADERS } from '../../../src/protocol/http';
import type { PlatformDetail } from '../../core/event-details';
import { pinnedTo } from '../format-post';

/** What the server's page tells of a platform, and the rest as soon as the session's state has told it. */
export type Platform = Pick<PlatformDetail, 'id' | 'name' | 'type'> &
  Partial<PlatformDetail> & { needsReconnect?: boolean };

/** Where a post goes: to the platform that was shown when its writing began, until the person says otherwise. */
export class PostTarget {
  platform: Platform | null = null;
  /** Where the rest of the session has gone; `undefined` when there is nothing to decide. */
  movedTo: Platform | null | undefined;
  /** Where the session is. */
  private active: Platform | null = null;
  /** The person has answered "keep": it goes there whatever is active, and so do the next posts. */
  private pinned = false;

  /** Nothing is sent until the person has answered. */
  get needsDecision(): boolean {
    return this.movedTo !== undefined;
  }

  /** Where the session is, when this stays elsewhere because the person has said so. */
  get keptFrom(): Platform | null | undefined {
    return this.pinned ? this.active : undefined;
  }

  get headers(): Record<string, string> {
    const { platform, pinned } = this;
    if (!platform) return {};
    return pinned ? pinnedTo(platform.id) : { [HEADERS.platformId]: String(platform.id) };
  }

  /**
   * @param active where the session is now
   * @param written whether something is written, or on its way
   * @returns whether the post goes elsewhere now
   */
  follow(active: Platform | null, written: boolean): boolean {
    this.active = active;
    if (this.platform && active?.id === this.platform.id) this.settle(active);
    else if (this.pinned) return false;
    else if (!this.platform || !written) return this.settle(active);
    else this.movedTo = active;
    return false;
  }

  /** The server has refused the platform: it knows of a switch that has not been told here, or the platform is gone. */
  refused(active: Platform | null): void {
    this.pinned = false;
    this.movedTo = active;
  }

  /** The instance has refused the token, which the session's state may not say yet. */
  tokenRefused(): void {
    if (this.platform) this.platform = { ...this.platform, needsReconnect: true };
  }

  keep(): void {
    this.movedTo = undefined;
    this.pinned = true;
  }

  move(): void {
    this.settle(this.movedTo ?? null);
  }

  /** It follows the session again. @returns whether the post goes elsewhere now */
  release(): boolean {
    return this.settle(this.active);
  }

  /** Of nobody any more. */
  reset(): void {
    this.active = null;
    this.settle(null);
  }

  private settle(platform: Platform | null): boolean {
    const moved = platform?.id !== this.platform?.id;
    this.platform = platform;
    this.movedTo = undefined;
    this.pinned = false;
    return moved;
  }
}
