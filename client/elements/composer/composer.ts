import { html, nothing, type TemplateResult } from 'lit';
import type { MediaLimitsView, PostView } from '../../../src/protocol/http';
import { isApiError } from '../../core/errors';
import type { StateDetail } from '../../core/event-details';
import { readTopLevelDomains } from '../../core/top-level-domains';
import { signInAtInstance } from '../connect';
import { defineElement } from '../define-element';
import { fieldErrors, isSessionOverError, messageOf } from '../error-messages';
import { dismissNotice, notify } from '../notify';
import { placeholder } from '../placeholder';
import { session } from '../session';
import { SessionElement } from '../session-element';
import './composer.css';
import { type ComposerView, composerForm, TEXT_ID, WARNING_ID } from './composer-form';
import { confirmDuplicate, confirmMissingAltText } from './confirmations';
import { type DraftMessage, ENDED_ELSEWHERE } from './draft-autosave';
import { draftChannel } from './drafts';
import { mediaLimits } from './media-limits';
import { altId } from './media-tiles';
import { charactersLeft, ERROR_FIELDS, sortFiles, validationProblem } from './post-validation';
import { isUnanswered, sendPost } from './send-post';
import './sent-posts';
import { DraftEditor } from './draft-editor';
import { PostTarget } from './post-target';
import type { SentPosts } from './sent-posts';
import { readServerForm } from './server-form';

const REFUSED = {
  words: 'Your words are kept as a draft, but this browser keeps no images in a private window.',
  nothing: 'This browser keeps no drafts: what you write is lost with this page.',
};

/**
 * `<vf-composer>`: writes a post for the platform that was shown when the text was begun. It replaces a form of the
 * server inside it, and takes over its content. Attributes: `manage` (URL of the page where platforms are connected;
 * `/platforms`), `login` (`/login`). Events: `vf-posted`, with the post.
 */
export class Composer extends SessionElement {
  static override properties = { manage: {}, login: {} };
  declare manage: string | null;
  declare login: string | null;

  private userId: number | null = null;
  /** The media limits of the platform; null until they are known. */
  private limits: MediaLimitsView | null = null;
  /** Shown by default if there is room beside the form. */
  private previewing = window.matchMedia('(min-width: 70rem)').matches;
  /** The content warning field is shown, even while it is empty. */
  private warned = false;
  /** Text of a removed content warning: restored with the next one. */
  private lastWarning = '';
  private errors: ComposerView['errors'] = {};
  private sending = false;
  private retrying = false;
  /** A confirmation about the shown post is open. */
  private asking = false;
  private gone = new AbortController();
  private readonly target = new PostTarget();
  private readonly editor = new DraftEditor({
    platform: () => (this.target.needsDecision ? null : this.target.headers),
    stale: (error) => this.failed(error),
    draw: () => this.requestUpdate(),
    idle: () => this.isConnected && !this.asking && !this.sending && !this.target.needsDecision,
    keptChanged: (kept) => {
      if (kept === 'all') dismissNotice('draft');
      else notify(REFUSED[kept], 'warning', { key: 'draft', duration: 0 });
    },
  });

  protected override disconnected(): void {
    this.gone.abort();
    this.editor.leave();
    this.userId = null;
  }

  protected override begin(): void {
    this.adoptServerForm();
    this.gone = new AbortController();
    const { signal } = this.gone;
    const { autosave } = this.editor;
    const visibilityChanged = () => (document.visibilityState === 'hidden' ? autosave.flush() : void autosave.read());
    document.addEventListener('visibilitychange', visibilityChanged, { signal });
    window.addEventListener('pagehide', () => autosave.flush(), { signal });
    const draftMessageReceived = ({ data }: MessageEvent<DraftMessage>) =>
      autosave.messageReceived(data) && notify(ENDED_ELSEWHERE);
    draftChannel?.addEventListener('message', draftMessageReceived, { signal });
    this.listen('sessionStateChanged', (state) => this.applyState(state));
    this.listen('sessionExpired', () => this.sessionEnded());
    const state = session.getState();
    if (state) this.applyState(state);
    void readTopLevelDomains().then(() => this.requestUpdate());
  }

  protected override render(): TemplateResult {
    return html`${this.form()}<vf-sent-posts></vf-sent-posts>`;
  }

  protected override updated(): void {
    const { platform } = this.target;
    const over = platform !== null && charactersLeft(platform, this.editor.text) < 0;
    this.field?.setCustomValidity(over ? 'The post is too long' : '');
  }

  private form(): TemplateResult | typeof nothing {
    const { target, editor, limits, previewing, sending, retrying, errors, act } = this;
    const { platform, movedTo, keptFrom } = target;
    const manage = this.manage ?? '/platforms';
    if (platform) {
      const warned = this.warned || editor.text.spoiler_text !== '';
      const shown = { previewing, warned, errors, sending, retrying };
      return composerForm({ platform, movedTo, keptFrom, editor, limits, ...shown, act });
    }
    if (!session.getState()) {
      if (this.userId !== null) return nothing;
      if (session.getConnectionStatus() !== 'none') return placeholder('Looking for your platform', 2);
      return html`<p>You are not signed in. <a href=${this.login ?? '/login'}>Sign in</a> to post.</p>`;
    }
    return html`<p>No platform is active. <a href=${manage}>Choose or connect one</a> to post.</p>`;
  }

  private readonly act = {
    keep: () => {
      this.target.keep();
      // From now on the draft belongs to this tab, wherever others move theirs.
      this.editor.autosave.changed();
      this.decided();
    },
    move: () => {
      const to = this.target.movedTo;
      if (!to) return;
      this.target.move();
      this.editor.move(to.id);
      void this.readLimits(to.id);
      this.decided();
    },
    release: () => {
      if (this.editor.hasContent) {
        this.target.refused(session.getState()?.platform ?? null);
      } else if (this.target.release() && this.userId !== null) {
        this.open(this.userId);
      }
      this.requestUpdate();
      this.field?.focus();
    },
    reconnect: () => {
      const { instanceUrl = '', type, name } = this.target.platform ?? {};
      void this.attempt(() => signInAtInstance({ instance_url: instanceUrl, platform_type: type, name }));
    },
    discard: () => {
      const undo = this.editor.discard();
      this.field?.focus();
      if (undo) notify('Draft discarded.', 'info', { action: { label: 'Undo', run: undo } });
    },
    send: () => void this.send(),
    add: (files: File[]) => this.add(files),
    warn: () => {
      const { spoiler_text } = this.editor.text;
      this.warned = !(this.warned || spoiler_text !== '');
      if (!this.warned) this.lastWarning = spoiler_text;
      this.editor.write({ spoiler_text: this.warned ? this.lastWarning : '' });
      if (this.warned) void this.focusOn(`#${WARNING_ID}`);
    },
    typed: () => {
      this.errors = {};
      this.requestUpdate();
    },
    order: (from: number, to: number) => {
      const by = Math.sign(to - from);
      this.editor.changeMedia((media) => media.order(from, to));
      const next = this.focusOn(`[data-move="${to} ${by}"]:enabled`);
      void next.then((found) => found || this.focusOn(`[data-move="${to} ${-by}"]:enabled`));
    },
    preview: () => {
      this.previewing = !this.previewing;
      this.requestUpdate();
    },
  };

  private get field(): HTMLTextAreaElement | null {
    return this.querySelector(`#${TEXT_ID}`);
  }

  private adoptServerForm(): void {
    const found = readServerForm(this);
    if (!found) return;
    const { userId, platform, pinned, text, errors, focus } = found;
    this.target.follow(platform, false);
    if (pinned) this.target.keep();
    if (text.content || text.title || text.spoiler_text) this.editor.write(text);
    // Drafts are saved from the first letter on, even if the state takes long to arrive.
    if (userId) {
      this.userId = userId;
      this.open(userId);
    }
    void this.updateComplete.then(() => {
      this.errors = byField(errors);
      this.requestUpdate();
      focus();
    });
  }

  private applyState({ user, platform }: StateDetail): void {
    const another = user.id !== this.userId;
    // Another user is signed in: the text stays with its author.
    if (another && this.userId !== null) {
      this.editor.leave();
      this.target.reset();
    }
    this.userId = user.id;
    const moved = this.target.follow(platform, this.sending || this.editor.hasContent);
    if (moved || another) this.open(user.id);
    if (!this.target.needsDecision) void this.editor.media.uploadPending();
    this.requestUpdate();
  }

  /** Nothing of a session that is over may stay visible, whatever the page does. */
  private sessionEnded(): void {
    this.editor.leave();
    this.target.reset();
    this.requestUpdate();
  }

  private open(userId: number): void {
    const { platform } = this.target;
    if (platform) void this.readLimits(platform.id);
    if (platform) void this.editor.open({ userId, platformId: platform.id });
    else this.editor.leave();
  }

  private async readLimits(platformId: number): Promise<void> {
    this.limits = null;
    const limits = await mediaLimits(platformId);
    if (this.target.platform?.id !== platformId) return;
    this.limits = limits;
    this.requestUpdate();
  }

  private add(files: File[]): void {
    const { target, limits, editor } = this;
    if (!target.platform || this.sending) return;
    const { taken, refused } = sortFiles(files, target.platform, limits, editor.media.items.length);
    this.errors = refused.length > 0 ? { media_ids: refused.join(' ') } : {};
    this.requestUpdate();
    if (taken.length > 0) editor.changeMedia((media) => media.add(taken));
  }

  private decided(): void {
    void this.editor.media.uploadPending();
    void this.editor.autosave.read();
    this.requestUpdate();
    this.field?.focus();
  }

  private async send(): Promise<void> {
    const { target, editor, limits, userId } = this;
    const { platform } = target;
    if (this.sending || this.asking || !platform) return;
    if (target.needsDecision) return this.querySelector<HTMLElement>('.vf-choice button')?.focus();
    const problem = validationProblem(platform, editor.text, editor.media.items, limits);
    if (problem) return this.refuse({ [problem.field]: problem.message });
    const describe = (index: number) => this.querySelector<HTMLElement>(`#${altId(index)}`)?.focus();
    this.asking = true;
    const described = await confirmMissingAltText(editor.media.items, describe);
    this.asking = false;
    const post = described && (await this.deliver());
    this.sending = this.retrying = false;
    // Otherwise it would clear what another user, who has signed in meanwhile, is writing.
    if (post && this.userId === userId) this.posted(post, platform.name);
    else void editor.autosave.read();
    this.requestUpdate();
  }

  private async deliver(): Promise<PostView | null> {
    const waiting = () => {
      this.retrying = true;
      this.requestUpdate();
    };
    this.sending = true;
    this.requestUpdate();
    try {
      return await sendPost(this.target, this.editor, waiting);
    } catch (error) {
      if (!isApiError(error) || error.error_code !== 'IDEMPOTENCY_KEY_REUSED') return this.failed(error);
      this.asking = true;
      const meant = await confirmDuplicate();
      this.asking = false;
      if (!meant) return null;
      this.editor.autosave.renewKey();
      return this.deliver();
    }
  }

  private posted(post: PostView, platformName: string): void {
    this.errors = {};
    this.warned = false;
    this.lastWarning = '';
    dismissNotice(this.noticeKey);
    this.editor.posted();
    this.querySelector<SentPosts>('vf-sent-posts')?.add(post, platformName);
    this.dispatchEvent(new CustomEvent('vf-posted', { detail: { post }, bubbles: true }));
    const state = session.getState();
    if (state) this.applyState(state);
  }

  private failed(error: unknown): null {
    const { target } = this;
    const code = isApiError(error) ? error.error_code : null;
    if (isApiError(error) && (code === 'PLATFORM_CONTEXT_STALE' || code === 'PLATFORM_NOT_FOUND')) {
      const told = error.state?.platform;
      // The other properties follow with the state.
      const now = told && { id: told.id, name: told.name, type: told.platform_type };
      target.refused(now ?? session.getState()?.platform ?? null);
      void session.syncSessionState();
    } else if (isUnanswered(error)) {
      const form = 'The server does not answer. Your words are kept: press Post again, and it is posted once.';
      this.refuse({ form });
    } else if (!isSessionOverError(error)) {
      if (code === 'PLATFORM_RECONNECT_NEEDED') target.tokenRefused();
      const errors = byField(fieldErrors(error));
      this.refuse(Object.keys(errors).length > 0 ? errors : { form: messageOf(error) });
    }
    this.requestUpdate();
    return null;
  }

  /** Shows each error at its field, and focuses the first of these. */
  private refuse(errors: ComposerView['errors']): void {
    this.errors = errors;
    void this.focusOn('.vf-composer [aria-invalid="true"]').then((found) => found || this.field?.focus());
  }

  private async focusOn(selector: string): Promise<boolean> {
    this.requestUpdate();
    await this.updateComplete;
    const element = this.querySelector<HTMLElement>(selector);
    element?.focus();
    return element !== null;
  }
}

/** Errors of fields that the form does not show become errors of the form. */
function byField(errors: Record<string, string>): ComposerView['errors'] {
  const shown: ComposerView['errors'] = {};
  for (const [name, message] of Object.entries(errors)) {
    const field = ERROR_FIELDS.find((each) => each === name) ?? 'form';
    shown[field] = [shown[field], message].filter(Boolean).join(' ');
  }
  return shown;
}

defineElement('vf-composer', Composer);
