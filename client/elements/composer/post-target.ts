import { HEADERS } from '../../../src/protocol/http';
import type { PlatformDetail } from '../../core/event-details';
import { pinnedTo } from '../format-post';

/** A platform as described by the server's page; the other properties follow with the session's state. */
export type Platform = Pick<PlatformDetail, 'id' | 'name' | 'type'> &
  Partial<PlatformDetail> & { needsReconnect?: boolean };

/** The platform of a post: the one that was shown when the text was begun, until the user decides otherwise. */
export class PostTarget {
  platform: Platform | null = null;
  /** The new active platform that the user must decide about; `undefined`: there is nothing to decide. */
  movedTo: Platform | null | undefined;
  /** The active platform of the session. */
  private active: Platform | null = null;
  /** The user has answered "keep": this post and the next ones go there, whichever platform is active. */
  private pinned = false;

  /** Nothing is sent until the user has answered. */
  get needsDecision(): boolean {
    return this.movedTo !== undefined;
  }

  /** The active platform, if the user has kept another one. */
  get keptFrom(): Platform | null | undefined {
    return this.pinned ? this.active : undefined;
  }

  get headers(): Record<string, string> {
    const { platform, pinned } = this;
    if (!platform) return {};
    return pinned ? pinnedTo(platform.id) : { [HEADERS.platformId]: String(platform.id) };
  }

  /**
   * @param active the active platform of the session
   * @param written whether there is text, or a request in progress
   * @returns whether the platform of the post has changed
   */
  follow(active: Platform | null, written: boolean): boolean {
    this.active = active;
    if (this.platform && active?.id === this.platform.id) this.settle(active);
    else if (this.pinned) return false;
    else if (!this.platform || !written) return this.settle(active);
    else this.movedTo = active;
    return false;
  }

  /** The server has refused the platform: it was removed, or there was a switch that this tab was not notified of. */
  refused(active: Platform | null): void {
    this.pinned = false;
    this.movedTo = active;
  }

  /** The instance has refused the token, which the session's state may not contain yet. */
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

  /** Follows the session again. @returns whether the platform of the post has changed */
  release(): boolean {
    return this.settle(this.active);
  }

  /** Forgets the user's platforms. */
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
