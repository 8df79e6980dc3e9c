import { LitElement, type PropertyValues } from 'lit';
import type { SessionEvents } from '../core/event-details';
import { isSessionOverError, notifyError } from './error-messages';
import { dismissNotice, notify } from './notify';
import { on, session } from './session';

/** How many there were in this page: an id is made of it. */
let count = 0;

/**
 * An element that shows something of the session. It draws into the page itself and not into a shadow root, so that
 * the page's own styles, labels and forms reach it.
 */
export abstract class SessionElement extends LitElement {
  private readonly number = ++count;
  /** Of what went wrong here: it is taken back when something goes well. */
  protected readonly noticeKey = this.uniqueId('notice');
  private readonly undo: (() => void)[] = [];
  private placeholder: ChildNode[] = [];
  private isLive = false;
  /** Whose it is, what it knows: null while nobody is signed in. */
  private owner: number | null = null;

  /** @returns an id that no other element of the page has, be it of the same kind */
  protected uniqueId(part: string): string {
    return `${this.localName}-${this.number}-${part}`;
  }

  override createRenderRoot(): HTMLElement {
    this.placeholder = this.findPlaceholder();
    return this;
  }

  protected override update(changed: PropertyValues): void {
    super.update(changed);
    if (this.isDrawn) for (const node of this.placeholder.splice(0)) node.remove();
  }

  /**
   * What stands in the element before it draws: what the server has put there in its place, or, in a copy out of a
   * page that was kept, what it drew once. All but what the page has given for good.
   */
  protected findPlaceholder(): ChildNode[] {
    return [...this.childNodes];
  }

  /** Whether what is drawn takes the place of the placeholder. */
  protected get isDrawn(): boolean {
    return true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // It was only moved.
    if (this.isLive) return;
    this.isLive = true;
    this.belongTo(session.getState()?.user.id);
    this.listen('sessionStateChanged', ({ user }) => this.belongTo(user.id));
    this.listen('sessionExpired', () => this.belongTo());
    this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // Who moves an element takes it out and puts it in again.
    queueMicrotask(() => {
      if (this.isConnected || !this.isLive) return;
      this.isLive = false;
      for (const stop of this.undo.splice(0)) stop();
      dismissNotice(this.noticeKey);
      this.disconnected();
    });
  }

  /** Called each time that the element comes into a page: the place for `listen` and for the first reading. */
  protected begin(): void {}

  /** Called when it has left the page for good, or for longer than a move takes. */
  protected disconnected(): void {}

  /** The session has ended, or is somebody else's: nothing that is known of the person may stay. */
  protected forget(): void {}

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
      dismissNotice(this.noticeKey);
      if (done) notify(done, 'success');
      return true;
    } catch (error) {
      if (!isSessionOverError(error)) notifyError(error, this.noticeKey);
      return false;
    } finally {
      this.requestUpdate();
    }
  }

  private belongTo(userId: number | null = null): void {
    if (this.owner !== null && this.owner !== userId) {
      // A question that was put to the one is not for the other; it may lie outside of the element.
      for (const each of document.querySelectorAll<HTMLDialogElement>('dialog.vf-dialog')) each.close();
      for (const each of document.querySelectorAll<HTMLElement>('.vf-popover:popover-open')) each.hidePopover();
      this.forget();
    }
    this.owner = userId;
    this.requestUpdate();
  }
}
