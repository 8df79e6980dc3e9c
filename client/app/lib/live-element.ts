import { ReadingElement } from '../../elements/reading-element';

/** Time between two requests while the page is visible. */
const READ_INTERVAL_MS = 10_000;

/** Shows what the server does not push: reads it again at an interval while the page is visible. */
export abstract class LiveElement<T> extends ReadingElement<T> {
  private timer: number | undefined;

  protected override begin(): void {
    super.begin();
    this.timer = window.setInterval(
      () => document.visibilityState === 'visible' && void this.reload(),
      READ_INTERVAL_MS,
    );
  }

  protected override disconnected(): void {
    window.clearInterval(this.timer);
  }
}
