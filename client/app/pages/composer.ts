import { html, nothing, render } from 'lit';
import { CHARACTER_LIMITS, HEADERS, type PlatformType } from '../../../src/protocol/http';
import { postLength } from '../../../src/protocol/post-length';
import { hasUnsentText } from '../../conventions/forms';
import { platformDetail } from '../../core/details';
import { isApiError } from '../../core/errors';
import { textsOf } from '../../elements/field';
import { notify } from '../../elements/notify';
import { isFarewell, messageOf } from '../../elements/problem';
import { on, session } from '../../elements/session';

export interface Target {
  id: number;
  name: string;
  type: PlatformType;
  /** Missing until the session's state has told them. */
  maxCharacters?: number;
  charactersPerUrl?: number;
}

const PLACEHOLDERS: Record<PlatformType, string> = {
  mastodon: `What's happening? (${CHARACTER_LIMITS.mastodon} characters max)`,
  pixelfed: 'Describe your photo...',
};
/** Below these the counter warns, as in the forms of old. */
const NEAR = 50;
const VERY_NEAR = 10;

/**
 * The form of /create_post, with what only a script can give: a post stays with the platform that was shown
 * when its writing began, until the person says otherwise.
 */
export class Composer {
  private readonly text: HTMLTextAreaElement;
  private readonly title: HTMLInputElement;
  /** The content warning, which counts too. */
  private readonly warning: HTMLInputElement;
  private readonly counter: HTMLElement;
  private readonly choice: HTMLElement;
  private readonly said: HTMLElement;
  private target: Target;
  /** The person has answered "keep": send to the target whatever is active. */
  private pinned = false;
  /** Where the rest of the session has gone; `undefined` when there is nothing to decide. */
  private movedTo: Target | null | undefined;
  private sending = false;

  constructor(private readonly form: HTMLFormElement) {
    const find = <E extends HTMLElement>(selector: string) => form.querySelector<E>(selector) as E;
    this.text = find<HTMLTextAreaElement>('textarea[name="content"]');
    this.title = find<HTMLInputElement>('input[name="title"]');
    this.warning = find<HTMLInputElement>('input[name="spoiler_text"]');
    this.counter = find('.char-counter');
    this.choice = find('[data-composer-choice]');
    this.said = find('[data-composer-status]');
    const { platformId, platformName, platformType } = form.dataset;
    this.target = { id: Number(platformId), name: platformName ?? '', type: platformType as PlatformType };

    form.addEventListener('input', () => this.count());
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.send();
    });
    on('sessionStateChanged', ({ platform }) => this.follow(platform));
    // Other scripts of the page set a limit on the switch that cuts without a word, and count otherwise.
    on('platformSwitched', () => queueMicrotask(() => this.count()));
    this.show();
    const state = session.getState();
    if (state) this.follow(state.platform);
  }

  /** The session is on `platform` now. */
  private follow(platform: Target | null): void {
    if (platform?.id === this.target.id) {
      this.target = platform;
      this.movedTo = undefined;
      this.pinned = false;
    } else if (platform && !hasUnsentText(this.form) && !this.sending) {
      this.moveTo(platform);
    } else if (!this.pinned) {
      this.movedTo = platform;
    }
    this.show();
  }

  private moveTo(platform: Target): void {
    this.target = platform;
    this.movedTo = undefined;
    this.pinned = false;
    this.show();
  }

  private keep(): void {
    this.movedTo = undefined;
    this.pinned = true;
    this.show();
    this.text.focus();
  }

  private async send(): Promise<void> {
    if (this.sending) return;
    if (this.movedTo !== undefined) return this.choice.querySelector('button')?.focus();
    if (this.left() < 0) return this.refuse(`The post is ${-this.left()} characters too long for ${this.target.name}.`);
    if (this.text.value.trim() === '') return this.refuse('There is nothing to post yet.');
    this.sending = true;
    this.show();
    const { target } = this;
    try {
      await session.request('POST', '/api/posts', { body: this.body(), headers: this.headers() });
      this.sent(target);
    } catch (error) {
      this.sending = false;
      this.failed(error);
    }
    this.show();
  }

  private body(): Record<string, string> {
    const { title, spoiler_text, visibility } = textsOf(this.form);
    return {
      content: this.text.value,
      ...(title && { title }),
      ...(spoiler_text && { spoiler_text }),
      ...(visibility && { visibility }),
    };
  }

  private headers(): Record<string, string> {
    const named = { [HEADERS.platformId]: String(this.target.id) };
    return this.pinned ? { ...named, [HEADERS.platformPinned]: 'true' } : named;
  }

  private sent(target: Target): void {
    this.sending = false;
    for (const field of [this.text, this.title, this.warning]) field.value = '';
    notify(`Posted to ${target.name}.`, 'success');
    const active = session.getState()?.platform;
    if (active) this.moveTo(active);
  }

  private failed(error: unknown): void {
    if (isApiError(error) && error.error_code === 'PLATFORM_CONTEXT_STALE') {
      const platform = error.state?.platform ?? null;
      this.movedTo = platform && platformDetail(platform);
      void session.syncSessionState();
    } else if (!isFarewell(error)) {
      this.refuse(messageOf(error));
    }
  }

  private refuse(message: string): void {
    notify(message, 'error');
    this.text.focus();
  }

  private limit(): number {
    return this.target.maxCharacters ?? CHARACTER_LIMITS[this.target.type];
  }

  private left(): number {
    return this.limit() - postLength(this.text.value, this.warning.value, this.target.charactersPerUrl);
  }

  private show(): void {
    const { target, form } = this;
    for (const name of form.querySelectorAll('[data-composer-platform]')) name.textContent = target.name;
    const hidden = form.querySelector<HTMLInputElement>('input[name="platform_id"]');
    if (hidden) hidden.value = String(target.id);
    this.text.placeholder = PLACEHOLDERS[target.type];
    const button = form.querySelector<HTMLButtonElement>('button[type="submit"]');
    if (button) button.disabled = this.sending;
    form.setAttribute('aria-busy', String(this.sending));
    this.showChoice();
    this.count();
  }

  private showChoice(): void {
    const { movedTo, target } = this;
    render(
      movedTo === undefined
        ? nothing
        : html`
          <div class="choice" role="group" aria-labelledby="choice-text">
            <p id="choice-text">
              This post was begun for <strong>${target.name}</strong>, and the active platform is now
              <strong>${movedTo?.name ?? 'none'}</strong>. Nothing is sent until you choose.
            </p>
            <div class="actions">
              <button type="button" @click=${() => this.keep()}>Keep posting as ${target.name}</button>
              ${
                movedTo
                  ? html`<button type="button" @click=${() => this.moveTo(movedTo)}>Move to ${movedTo.name}</button>`
                  : nothing
              }
            </div>
          </div>
        `,
      this.choice,
    );
  }

  /** Over the limit nothing is sent, and nothing is cut. */
  private count(): void {
    this.text.removeAttribute('maxlength');
    const left = this.left();
    this.counter.dataset.max = String(this.limit());
    this.counter.textContent = left < 0 ? `${-left} characters over the limit` : `${left} characters remaining`;
    this.counter.classList.toggle('text-warning', left < NEAR && left >= VERY_NEAR);
    this.counter.classList.toggle('text-danger', left < VERY_NEAR);
    this.text.setAttribute('aria-invalid', String(left < 0));
    this.form.querySelector('button[type="submit"]')?.setAttribute('aria-disabled', String(left < 0));
    this.announce(left);
  }

  /** Read out when it begins to matter, not at every key. */
  private announce(left: number): void {
    const words = left < 0 ? 'Over the limit' : left < VERY_NEAR ? 'Almost at the limit' : '';
    if (this.said.textContent !== words) this.said.textContent = words;
  }
}
