import { ReadingElement } from '../../elements/reading-element';

/** How often it is read anew while it can be seen; ms. */
const EVERY_MS = 10_000;

/** Shows what no push tells of: read again and again, as long as somebody may be looking. */
export abstract class LiveElement<T> extends ReadingElement<T> {
  private timer: number | undefined;

  protected override begin(): void {
    super.begin();
    this.timer = window.setInterval(() => document.visibilityState === 'visible' && void this.reload(), EVERY_MS);
  }

  protected override disconnected(): void {
    window.clearInterval(this.timer);
  }
}
