import { LitElement } from 'lit';
import type { SessionEvents } from '../core/details';
import { notify } from './notify';
import { isFarewell, messageOf } from './problem';
import { on } from './session';

/**
 * An element that shows something of the session. It draws into the page itself and not into a shadow root, so that
 * the page's own styles, labels and forms reach it.
 */
export abstract class SessionElement extends LitElement {
  private readonly undo: (() => void)[] = [];

  override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen('sessionStateChanged', () => this.requestUpdate());
    this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.undo.splice(0)) stop();
  }

  /** Called each time that the element comes into a page: the place for `listen` and for the first reading. */
  protected begin(): void {}

  /** Until the element leaves the page. */
  protected listen<E extends keyof SessionEvents>(
    name: E,
    listener: (detail: SessionEvents[E], event: Event) => void,
  ): void {
    this.undo.push(on(name, listener));
  }

  /** Runs something that may be refused, and tells the person when it was. @returns whether it went well */
  protected async attempt(task: () => Promise<unknown>, done?: string): Promise<boolean> {
    try {
      await task();
      if (done) notify(done, 'success');
      return true;
    } catch (error) {
      if (!isFarewell(error)) notify(messageOf(error), 'error');
      return false;
    } finally {
      this.requestUpdate();
    }
  }
}
