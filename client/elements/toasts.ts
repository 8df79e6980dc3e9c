import { html, nothing, type TemplateResult } from 'lit';
import { icon } from './icon';
import type { IconName } from './icons';
import { type Notice, type NoticeKind, notify } from './notify';
import { session } from './session';
import { SessionElement } from './session-element';

const KINDS: Record<NoticeKind, IconName> = {
  success: 'circle-check',
  info: 'info',
  warning: 'triangle-alert',
  error: 'circle-alert',
};
interface Shown extends Notice {
  id: number;
  /** Whom it was said to. */
  userId: number | undefined;
}

/** More would hide the page. */
const MOST = 4;

/**
 * `<vf-toasts>`: where the page speaks to the person. Messages that the server put into it (`<p data-kind>`) are the
 * first. Scripts of the page reach it as `window.notificationSystem.show(message, type, duration)`.
 */
export class Toasts extends SessionElement {
  private notices: Shown[] = [];
  private ids = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('vf-notice', this.heard);
    window.notificationSystem = { show: (message, type, duration) => notify(message, kindOf(type), duration) };
    for (const given of this.querySelectorAll(':scope > p[data-kind]')) {
      given.remove();
      this.add({ message: given.textContent.trim(), kind: kindOf(given.getAttribute('data-kind')), duration: 0 });
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('vf-notice', this.heard);
  }

  /** A page may have said something of the end before we hear of it: that stays. */
  protected override forget(): void {
    const userId = session.getState()?.user.id;
    this.notices = this.notices.filter((notice) => notice.userId === userId);
  }

  protected override render(): TemplateResult {
    const urgent = this.notices.filter(({ kind }) => kind === 'error');
    const others = this.notices.filter(({ kind }) => kind !== 'error');
    return html`
      <div role="alert">${urgent.map((notice) => this.toast(notice))}</div>
      <div role="status">${others.map((notice) => this.toast(notice))}</div>
    `;
  }

  private toast({ id, kind, message }: Shown): TemplateResult {
    return html`
      <p class="vf-toast" data-kind=${kind}>
        ${icon(KINDS[kind])}<span>${message}</span>
        ${
          message
            ? html`<button type="button" class="vf-button" data-kind="quiet" aria-label="Dismiss" @click=${() => this.drop(id)}>
                ${icon('x')}
              </button>`
            : nothing
        }
      </p>
    `;
  }

  private readonly heard = (event: Event): void => this.add((event as CustomEvent<Notice>).detail);

  private add(notice: Notice): void {
    const id = ++this.ids;
    // The same words once more are the same message: it only stays longer.
    const others = this.notices.filter(({ message }) => message !== notice.message);
    this.notices = [...others, { ...notice, id, userId: session.getState()?.user.id }].slice(-MOST);
    if (notice.duration > 0) window.setTimeout(() => this.drop(id), notice.duration);
    this.requestUpdate();
  }

  private drop(id: number): void {
    this.notices = this.notices.filter((notice) => notice.id !== id);
    this.requestUpdate();
  }
}

function kindOf(type: string | null | undefined): NoticeKind {
  return type && Object.hasOwn(KINDS, type) ? (type as NoticeKind) : 'info';
}

declare global {
  interface Window {
    /** Where there is a `<vf-toasts>`. */
    notificationSystem?: { show(message: string, type?: string, duration?: number): void };
  }
}

customElements.define('vf-toasts', Toasts);
