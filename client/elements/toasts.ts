import { html, nothing, type TemplateResult } from 'lit';
import { defineElement } from './define-element';
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
  /** Id of the user whom it was shown to. */
  userId: number | undefined;
}

/** More notices would hide the page. */
const MOST = 4;

/**
 * `<vf-toasts>`: the notices of the page. Messages that the server put into it (`<p data-kind>`) are the first ones.
 * Scripts of the page use `window.notificationSystem.show(message, type, duration)`.
 */
export class Toasts extends SessionElement {
  private notices: Shown[] = [];
  private ids = 0;

  protected override begin(): void {
    window.addEventListener('vf-notice', this.heard);
    window.addEventListener('vf-notice-dismiss', this.dismissed);
    window.notificationSystem = { show: (message, type, duration) => notify(message, kindOf(type), { duration }) };
    for (const given of this.querySelectorAll(':scope > p[data-kind]')) {
      given.remove();
      this.add({ message: given.textContent.trim(), kind: kindOf(given.getAttribute('data-kind')), duration: 0 });
    }
  }

  protected override disconnected(): void {
    window.removeEventListener('vf-notice', this.heard);
    window.removeEventListener('vf-notice-dismiss', this.dismissed);
  }

  /** Keeps notices that the page has added since the session ended. */
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

  private toast({ id, kind, message, action }: Shown): TemplateResult {
    const run = () => {
      this.drop(id);
      action?.run();
    };
    return html`
      <p class="vf-toast" data-kind=${kind}>
        ${icon(KINDS[kind])}<span>${message}</span>
        ${action ? html`<button type="button" class="vf-button" data-kind="quiet" @click=${run}>${action.label}</button>` : nothing}
        <button type="button" class="vf-button" data-kind="quiet" aria-label="Dismiss" @click=${() => this.drop(id)}>
          ${icon('x')}
        </button>
      </p>
    `;
  }

  private readonly dismissed = (event: Event): void => {
    const key = (event as CustomEvent<string>).detail;
    this.notices = this.notices.filter((notice) => notice.key !== key);
    this.requestUpdate();
  };

  private readonly heard = (event: Event): void => this.add((event as CustomEvent<Notice>).detail);

  private add(notice: Notice): void {
    const id = ++this.ids;
    // The same text again is the same notice with a new duration. A notice with an undo button is never merged.
    const isSame = ({ message, key, action }: Shown) =>
      (key !== undefined && key === notice.key) || (!action && message === notice.message);
    const others = this.notices.filter((each) => !isSame(each));
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

defineElement('vf-toasts', Toasts);

declare global {
  interface Window {
    /** Exists if there is a `<vf-toasts>`. */
    notificationSystem?: { show(message: string, type?: string, duration?: number): void };
  }
}
