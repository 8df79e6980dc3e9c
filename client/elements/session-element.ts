import { LitElement, type PropertyValues } from 'lit';
import type { SessionEvents } from '../core/event-details';
import { isSessionOverError, notifyError } from './error-messages';
import { dismissNotice, notify } from './notify';
import { session } from './session';

/** Number of elements created in this page: part of their ids. */
let count = 0;

/**
 * An element that shows something of the session. It renders into the page itself and not into a shadow root, so that
 * the page's own styles, labels and forms apply.
 */
export abstract class SessionElement extends LitElement {
  private readonly number = ++count;
  /** Key of this element's errors: removed after the next success. */
  protected readonly noticeKey = this.uniqueId('notice');
  private readonly undo: (() => void)[] = [];
  private placeholder: ChildNode[] = [];
  private isLive = false;
  /** Id of the user whose data it holds; null while no user is signed in. */
  private owner: number | null = null;

  /** @returns an id that is unique in the page */
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
   * The content of the element before it renders: that of the server, or, in a copy from a snapshot of the page, an
   * older rendering. It is removed, except for content that belongs to the page.
   */
  protected findPlaceholder(): ChildNode[] {
    return [...this.childNodes];
  }

  /** Whether the placeholder may be removed. */
  protected get isDrawn(): boolean {
    return true;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // It was only moved.
    if (this.isLive) return void this.requestUpdate();
    this.isLive = true;
    this.belongTo(session.getState()?.user.id);
    this.listen('sessionStateChanged', ({ user }) => this.belongTo(user.id));
    this.listen('sessionExpired', () => this.belongTo());
    this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // A move removes an element and inserts it again.
    queueMicrotask(() => {
      if (this.isConnected || !this.isLive) return;
      this.isLive = false;
      for (const stop of this.undo.splice(0)) stop();
      dismissNotice(this.noticeKey);
      this.disconnected();
    });
  }

  /** Called each time that the element is inserted into a page: for `listen` and for the first read. */
  protected begin(): void {}

  /** Called after the element was removed, unless it was only moved. */
  protected disconnected(): void {}

  /** The session has ended or belongs to another user: all data of the previous user must be removed. */
  protected forget(): void {}

  /** Listens until the element is removed. */
  protected listen<E extends keyof SessionEvents>(
    name: E,
    listener: (detail: SessionEvents[E], event: Event) => void,
  ): void {
    this.undo.push(session.on(name, listener));
  }

  /** Runs a task, and shows its error to the user. @returns whether it succeeded */
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
      // A question to one user is not for the next; its dialog may be outside of the element.
      for (const each of document.querySelectorAll<HTMLDialogElement>('dialog.vf-dialog')) each.close();
      for (const each of document.querySelectorAll<HTMLElement>('.vf-popover:popover-open')) each.hidePopover();
      this.forget();
    }
    this.owner = userId;
    this.requestUpdate();
  }
}
