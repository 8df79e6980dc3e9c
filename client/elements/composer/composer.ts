import { html, type TemplateResult } from 'lit';
import type { MediaLimitsView, PostView } from '../../../src/protocol/http';
import { platformDetail, type StateDetail } from '../../core/details';
import { type ApiError, isApiError } from '../../core/errors';
import { confirm } from '../confirm';
import { notify } from '../notify';
import { placeholder } from '../placeholder';
import { fieldErrors, isFarewell, messageOf } from '../problem';
import { session } from '../session';
import { SessionElement } from '../session-element';
import './composer.css';
import { composerForm, TEXT_ID } from './composer-form';
import { type Draft, isWritten, type PostText } from './draft-book';
import { DraftKeeper } from './draft-keeper';
import { drafts } from './drafts';
import { charactersLeft, obstacle, sortFiles, undescribed } from './fitting';
import { baseLanguage } from './languages';
import { type Attachment, MediaTray } from './media-tray';
import { sendPost } from './sending';
import './sent-posts';
import type { SentPosts } from './sent-posts';
import { readServerForm } from './server-form';
import { pinnedTo, Target } from './target';

const EMPTY: PostText = {
  title: '',
  content: '',
  spoiler_text: '',
  visibility: 'public',
  language: baseLanguage(navigator.language),
};

/**
 * `<vf-composer>`: writes a post, for the platform that was shown when its writing began. Around a form of the server's
 * it takes over what is in that, and its place.
 *
 * Attributes: `manage` (the address of the page where platforms are connected; `/platforms`). Events: `vf-posted`, with
 * the post.
 */
export class Composer extends SessionElement {
  static override properties = { manage: {} };
  declare manage: string | null;

  private userId: number | null = null;
  private text = EMPTY;
  /** Of the draft that has come back and was not touched since. */
  private restoredAt: string | null = null;
  /** Null until the instance has said them. */
  private limits: MediaLimitsView | null = null;
  private previewing = false;
  private sending = false;
  private gone = new AbortController();
  private readonly target = new Target();
  private readonly tray = new MediaTray({
    platform: () => (this.target.asks ? null : this.target.headers),
    stale: (error) => this.failed(error),
    draw: () => this.requestUpdate(),
    keep: () => this.keeper.changed(),
  });
  private readonly keeper = new DraftKeeper(drafts, {
    content: () => this.written,
    show: (draft) => this.show(draft),
    idle: () => this.isConnected && !this.sending && !this.target.asks,
  });

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.gone.abort();
    this.keeper.close();
    this.show(null);
    this.userId = null;
  }

  protected override begin(): void {
    this.takeOver();
    this.gone = new AbortController();
    const { signal } = this.gone;
    const seen = () => (document.visibilityState === 'hidden' ? this.keeper.flush() : void this.keeper.read());
    document.addEventListener('visibilitychange', seen, { signal });
    window.addEventListener('pagehide', () => this.keeper.flush(), { signal });
    this.listen('sessionStateChanged', (state) => this.know(state));
    const state = session.getState();
    if (state) this.know(state);
  }

  protected override render(): TemplateResult {
    return html`${this.form()}<vf-sent-posts></vf-sent-posts>`;
  }

  protected override updated(): void {
    const { platform } = this.target;
    const over = platform !== null && charactersLeft(platform, this.text) < 0;
    this.field?.setCustomValidity(over ? 'The post is too long' : '');
  }

  private form(): TemplateResult {
    const { target, manage } = this;
    const { platform } = target;
    if (platform)
      return composerForm({ ...this.view, platform, movedTo: target.movedTo, manage: manage ?? '/platforms' });
    if (!session.getState()) return placeholder('Looking for your platform', 2);
    return html`<p>No platform is active. <a href=${manage ?? '/platforms'}>Choose or connect one</a> to post.</p>`;
  }

  private get view() {
    const { text, tray, limits, restoredAt, previewing, sending } = this;
    const act = {
      keep: this.keep,
      move: this.move,
      discard: this.discard,
      send: this.send,
      write: (change: Partial<PostText>) => {
        this.text = { ...this.text, ...change };
        this.touched();
      },
      add: (files: File[]) => this.add(files),
      describe: (item: Attachment, altText: string) => {
        tray.describe(item, altText);
        this.touched();
      },
      remove: (item: Attachment) => {
        tray.remove(item);
        this.touched();
        this.querySelector<HTMLElement>('[data-add-media]')?.focus();
      },
      preview: () => {
        this.previewing = !previewing;
        this.requestUpdate();
      },
    };
    return { text, tray, limits, restoredAt, previewing, sending, act };
  }

  private get field(): HTMLTextAreaElement | null {
    return this.querySelector(`#${TEXT_ID}`);
  }

  private get written() {
    return { text: this.text, files: this.tray.kept };
  }

  private takeOver(): void {
    const found = readServerForm(this);
    if (!found) return;
    this.target.follow(found.platform, false);
    this.text = { ...EMPTY, ...found.text };
    if (isWritten(this.written)) this.keeper.changed();
    void this.updateComplete.then(() => {
      for (const error of found.errors) notify(error, 'error');
      if (found.focused) this.querySelector<HTMLElement>(`[name="${found.focused}"]`)?.focus();
    });
  }

  private know({ user, platform }: StateDetail): void {
    const another = user.id !== this.userId;
    if (another && this.userId !== null) {
      // Another person is signed in here: what was written stays with who wrote it.
      this.keeper.close();
      this.show(null);
    }
    this.userId = user.id;
    const moved = this.target.follow(platform, this.sending || isWritten(this.written));
    if (moved || another) this.open();
    if (!this.target.asks) void this.tray.work();
    this.requestUpdate();
  }

  private open(): void {
    const { target, userId } = this;
    this.limits = null;
    if (target.platform && userId !== null) {
      void this.readLimits(target.platform.id);
      void this.keeper.open(userId, target.platform.id);
    } else {
      this.keeper.close();
    }
  }

  private async readLimits(platformId: number): Promise<void> {
    const options = { headers: pinnedTo(platformId), background: true };
    const read = session.request<{ data: { media: MediaLimitsView | null } }>('GET', '/api/platform_data', options);
    // Without them the server alone decides.
    const answer = await read.catch(() => null);
    if (this.target.platform?.id !== platformId) return;
    this.limits = answer?.data.media ?? null;
    this.requestUpdate();
  }

  private show(draft: Draft | null): void {
    this.tray.clear({ used: true });
    this.text = { ...EMPTY, ...draft?.text };
    this.restoredAt = draft?.savedAt ?? null;
    if (draft && this.target.platform) this.tray.restore(draft.files, this.target.platform.id);
    this.requestUpdate();
  }

  /** By the person. */
  private touched(): void {
    this.restoredAt = null;
    this.keeper.changed();
    this.requestUpdate();
  }

  private add(files: File[]): void {
    const { target, limits, tray } = this;
    if (!target.platform || this.sending) return;
    const { taken, refused } = sortFiles(files, target.platform, limits, tray.items.length);
    for (const words of refused) notify(words, 'error');
    if (taken.length === 0) return;
    tray.add(taken);
    this.touched();
  }

  private readonly discard = (): void => {
    this.keeper.drop();
    this.tray.clear({ used: false });
    this.show(null);
    this.field?.focus();
  };

  private readonly keep = (): void => {
    this.target.keep();
    this.decided();
  };

  private readonly move = async (): Promise<void> => {
    const to = this.target.movedTo;
    if (!to) return;
    const title = `Replace the draft for ${to.name}?`;
    const text = 'You have begun another post there, and it would be lost.';
    if ((await this.keeper.at(to.id)) && !(await confirm({ title, text, action: 'Replace it' }))) return;
    if (this.target.movedTo?.id !== to.id) return;
    this.target.move();
    this.keeper.move(to.id);
    this.tray.startOver();
    this.limits = null;
    void this.readLimits(to.id);
    this.decided();
  };

  private decided(): void {
    void this.tray.work();
    this.requestUpdate();
    this.field?.focus();
  }

  private readonly send = async (): Promise<void> => {
    const { target, text, tray, limits } = this;
    const { platform } = target;
    if (this.sending || !platform) return;
    if (target.asks) return this.querySelector<HTMLElement>('.vf-choice button')?.focus();
    const problem = obstacle(platform, text, tray.items, limits);
    if (problem) return this.refuse(problem);
    if (!(await this.describedOrMeant())) return;
    this.sending = true;
    this.requestUpdate();
    let post: PostView | null = null;
    try {
      post = await sendPost(target, text, tray);
    } catch (error) {
      if (!target.asks) this.failed(error);
    }
    this.sending = false;
    if (post) this.posted(post, platform.name);
    this.requestUpdate();
  };

  /** An image without words is nothing to who cannot see it: asked about by name. @returns whether to go on */
  private async describedOrMeant(): Promise<boolean> {
    const names = undescribed(this.tray.items);
    if (names.length === 0) return true;
    const meant = await confirm({
      title: `${new Intl.ListFormat('en').format(names)} ${names.length > 1 ? 'have' : 'has'} no description`,
      text: 'It is read out to people who cannot see the picture.',
      action: 'Post anyway',
      otherwise: 'Describe it',
    });
    const first = this.tray.items.findIndex(({ altText }) => altText.trim() === '');
    if (!meant) this.querySelector<HTMLElement>(`#vf-alt-${first}`)?.focus();
    return meant;
  }

  private posted(post: PostView, platformName: string): void {
    const { visibility, language } = this.text;
    this.keeper.drop();
    this.show(null);
    this.text = { ...EMPTY, visibility, language };
    this.previewing = false;
    notify(`Posted to ${platformName}.`, 'success');
    this.querySelector<SentPosts>('vf-sent-posts')?.add(post, platformName);
    this.dispatchEvent(new CustomEvent('vf-posted', { detail: { post }, bubbles: true }));
    const state = session.getState();
    if (state) this.know(state);
  }

  private failed(error: unknown): void {
    if (isRefusedPlatform(error)) {
      const told = error.state?.platform;
      this.target.refused(told ? platformDetail(told) : (session.getState()?.platform ?? null));
      void session.syncSessionState();
    } else if (!isFarewell(error)) {
      this.refuse(Object.values(fieldErrors(error)).join(' ') || messageOf(error));
    }
    this.requestUpdate();
  }

  private refuse(message: string): void {
    notify(message, 'error');
    this.field?.focus();
  }
}

function isRefusedPlatform(error: unknown): error is ApiError {
  const codes: string[] = ['PLATFORM_CONTEXT_STALE', 'PLATFORM_NOT_FOUND'];
  return isApiError(error) && codes.includes(error.error_code);
}

customElements.define('vf-composer', Composer);
