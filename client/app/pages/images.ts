import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import {
  type MediaLimitsView,
  type MediaView,
  type PendingImagesView,
  type PendingImageView,
  type PostView,
} from '../../../src/protocol/http';
import { descriptionLength, maxDescriptionLength } from '../../../src/protocol/media';
import type { PlatformDetail } from '../../core/event-details';
import type { FormDraft } from '../../elements/composer/form-draft';
import { mediaLimits } from '../../elements/composer/media-limits';
import { fieldErrors, isSessionOverError, messageOf } from '../../elements/error-messages';
import { pinnedTo } from '../../elements/format-post';
import { icon } from '../../elements/icon';
import { picturePath } from '../../elements/picture';
import { postLink, postText } from '../../elements/post-text';
import { ReadingElement } from '../../elements/reading-element';
import { session } from '../../elements/session';
import { submitKeys } from '../../elements/submit-keys';
import { emptyState } from '../lib/empty-state';
import { type Rows, readNewestRows } from '../lib/newest-rows';

const PAGE = 50;

interface Loaded extends Rows<PendingImageView> {
  /** Number of images without a description on the whole platform. */
  total: number;
  limits: MediaLimitsView | null;
}

/** Shows the images without a description, one after the other: those that `pending_images` counts. */
class ImagesPage extends ReadingElement<Loaded> {
  /** The platform whose images are shown. Kept until the current text is saved, even if the session switches. */
  private platform: PlatformDetail | null = null;
  private readonly skipped = new Set<number>();
  /** The image that is shown. */
  private image: PendingImageView | null = null;
  private described = 0;
  private saving = false;
  private error = '';
  /** The description of the shown image as typed so far. */
  private written = '';
  /** Keeps the unsaved description; null until its script is loaded. */
  private draft: FormDraft | null = null;

  protected override begin(): void {
    this.platform = session.getState()?.platform ?? null;
    this.listen('sessionStateChanged', () => this.follow());
    this.listen('postUpdated', ({ post }) => this.postUpdated(post));
    this.listen('postsImported', ({ platformId, isChanged }) => {
      if (isChanged && platformId === this.platform?.id) void this.reload();
    });
    // Without drafts, everything else works.
    this.loadDraft().catch(() => undefined);
    super.begin();
  }

  protected override disconnected(): void {
    this.draft?.close();
  }

  protected async read(): Promise<Loaded | null> {
    const { platform } = this;
    if (!platform) return null;
    const options = { headers: pinnedTo(platform.id), background: true };
    let total = 0;
    const [limits, rows] = await Promise.all([
      this.content?.limits ?? mediaLimits(platform.id),
      readNewestRows(this.skipped.size + PAGE, 'before_id', async (asked) => {
        const page = await session.request<PendingImagesView>('GET', `/api/pending_images?${asked}`, options);
        ({ total } = page);
        return { rows: page.images, next: page.next_before_id };
      }),
    ]);
    return { limits, total, ...rows };
  }

  protected override forget(): void {
    super.forget();
    this.platform = null;
    this.start();
  }

  /** Text stays with its image, even if another tab has described that image or the list was read again. */
  protected override willUpdate(): void {
    if (this.image && this.written !== '') return;
    const shown = this.image?.id;
    this.image = (this.content && this.open(this.content)[0]) ?? null;
    if (this.image?.id !== shown) this.openDraft();
  }

  private async loadDraft(): Promise<void> {
    const { FormDraft } = await import('../../elements/composer/form-draft');
    this.draft ??= new FormDraft({
      text: () => ({ content: this.written }),
      show: (text) => {
        this.written = text?.content ?? '';
        this.requestUpdate();
      },
      idle: () => !this.saving,
      draw: () => this.requestUpdate(),
    });
    // The user may have begun to write while the script was loading.
    if (this.written !== '') this.draft.changed();
    this.openDraft();
  }

  /** Each image has its own draft. */
  private openDraft(): void {
    const user = session.getState()?.user;
    if (user && this.image) this.draft?.open({ userId: user.id, platformId: `image ${this.image.id}` });
    else this.draft?.close();
  }

  private write(words: string): void {
    this.written = words;
    this.error = '';
    this.draft?.changed();
    this.requestUpdate();
  }

  protected override render(): TemplateResult {
    const { platform, content } = this;
    return html`
      <h1 tabindex="-1">Images without a description</h1>
      <p class="lead">A description is read out to people who cannot see the picture.</p>
      ${this.moved()}
      ${
        session.getState() && !platform
          ? emptyState('link', 'No platform is active.', html`<a class="vf-button" href="/platforms">Choose one</a>`)
          : content
            ? this.work(content)
            : this.waiting('Reading the images', 2)
      }
    `;
  }

  /** A note that the session has switched to another platform. */
  private moved(): TemplateResult | typeof nothing {
    const active = session.getState()?.platform;
    if (!this.platform || !active || active.id === this.platform.id) return nothing;
    return html`
      <p class="note" data-kind="warning" role="status">
        These are images of <strong>${this.platform.name}</strong>; the active platform is now
        <strong>${active.name}</strong>.
        <button type="button" class="vf-button" @click=${() => this.showPlatform(active)}>Go to ${active.name}</button>
      </p>
    `;
  }

  private work(content: Loaded): TemplateResult {
    const { image } = this;
    const next = this.open(content).find(({ id }) => id !== image?.id);
    return html`
      ${this.progress(content)}
      ${
        image
          ? keyed(image.id, this.task(image, content.limits))
          : this.reading
            ? this.waiting('Reading the images', 2)
            : this.finished(content)
      }
      ${next?.has_picture ? html`<img src=${picturePath(next.id)} alt="" hidden />` : nothing}
    `;
  }

  private progress({ total }: Loaded): TemplateResult | typeof nothing {
    const { described } = this;
    if (total + described === 0) return nothing;
    return html`
      <div class="describe-progress">
        <progress aria-label="Described" max=${total + described} value=${described}></progress>
        <span role="status">${described} described, ${total} to go</span>
      </div>
    `;
  }

  private task(image: PendingImageView, limits: MediaLimitsView | null): TemplateResult {
    const { id, post } = image;
    const limit = maxDescriptionLength(limits);
    const length = descriptionLength(this.written);
    return html`
      <form
        class="describe" name="describe" novalidate aria-label="Describe the image" aria-busy=${this.saving}
        @submit=${(event: SubmitEvent) => {
          event.preventDefault();
          void this.save(image, limit);
        }}
        @keydown=${(event: KeyboardEvent) => submitKeys(event, () => void this.save(image, limit))}
      >
        <div class="describe-frame">${this.picture(image)}</div>
        <div>
          <div class="vf-field">
            <label for="describe-text">What does the picture show?</label>
            <textarea
              class="vf-input" id="describe-text" name="alt_text" rows="5" dir="auto"
              aria-describedby="describe-count describe-error" aria-invalid=${this.error !== '' || length > limit}
              aria-keyshortcuts="Control+Enter" ?readonly=${this.saving} ?data-kept-draft=${this.draft?.isRefused === false} .value=${this.written}
              @input=${({ target }: Event) => this.write((target as HTMLTextAreaElement).value)}
            ></textarea>
            <p class="vf-hint" id="describe-count">${length} of ${limit} characters</p>
            <p class="vf-error" id="describe-error" role="alert">${this.error}</p>
          </div>
          ${this.draft?.others()}
          <p class="vf-actions">
            <button type="submit" class="vf-button" data-kind="primary" aria-disabled=${this.saving}>
              ${icon(this.saving ? 'loader-circle' : 'check')} ${this.saving ? 'Saving…' : 'Save and next'}
            </button>
            <button type="button" class="vf-button" aria-disabled=${this.saving} @click=${() => this.skip(id)}>Skip</button>
            <kbd>Ctrl</kbd><kbd>Enter</kbd>
          </p>
          <div class="describe-post">
            <h2 class="vf-hint">From the post</h2>
            ${postText(post)}
            ${postLink(post.url)}
          </div>
        </div>
      </form>
    `;
  }

  private picture({ id, has_picture }: PendingImageView): TemplateResult {
    const unseen = html`<p class="vf-hint">${icon('image')} The picture cannot be shown here.</p>`;
    if (!has_picture) return unseen;
    // Removing a broken image reveals the text below it.
    const hide = ({ target }: Event) => (target as HTMLElement).remove();
    return html`${unseen}<img src=${picturePath(id)} alt="The picture to describe" @error=${hide} />`;
  }

  private finished({ total }: Loaded): TemplateResult {
    const name = this.platform?.name;
    if (total === 0) {
      const home = html`<a class="vf-button" href="/">${icon('house')} Home</a>`;
      return emptyState('circle-check', `Every image of ${name} has a description.`, home);
    }
    const again = () => {
      this.skipped.clear();
      void this.goOn();
    };
    const button = html`<button type="button" class="vf-button" @click=${again}>Look at them again</button>`;
    return emptyState(
      'image',
      `That was the last one. ${total} without a description, which you have skipped.`,
      button,
    );
  }

  private open({ rows }: Loaded): PendingImageView[] {
    return rows.filter(({ id }) => !this.skipped.has(id));
  }

  private async save(image: PendingImageView, limit: number): Promise<void> {
    if (this.saving) return;
    const alt_text = this.written.trim();
    if (alt_text === '') return this.refuse('Write what the picture shows, or skip it.');
    if (descriptionLength(alt_text) > limit) return this.refuse(`The description is longer than ${limit} characters.`);
    this.saving = true;
    this.requestUpdate();
    const options = { body: { alt_text }, headers: pinnedTo(image.platform_id) };
    try {
      await session.request<MediaView>('PATCH', `/api/media/${image.id}`, options);
      this.saving = false;
      this.described += 1;
      this.draft?.finishAll();
      this.drop([image.id]);
      await this.goOn();
    } catch (error) {
      this.saving = false;
      if (!isSessionOverError(error)) this.refuse(fieldErrors(error).alt_text ?? messageOf(error));
    }
  }

  private refuse(words: string): void {
    this.error = words;
    this.requestUpdate();
    this.querySelector('textarea')?.focus();
  }

  private skip(id: number): void {
    if (this.saving) return;
    this.skipped.add(id);
    void this.goOn();
  }

  /** Shows the next image and focuses its field; loads more images when none are left. */
  private async goOn(): Promise<void> {
    this.draft?.close();
    this.image = null;
    this.written = this.error = '';
    const { content } = this;
    if (content && this.open(content).length === 0 && content.total > this.skipped.size) await this.reload();
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>('textarea, .empty .vf-button')?.focus();
  }

  private drop(ids: number[]): void {
    if (!this.content) return;
    const rows = this.content.rows.filter(({ id }) => !ids.includes(id));
    const total = this.content.total - (this.content.rows.length - rows.length);
    this.content = { ...this.content, rows, total };
    this.requestUpdate();
  }

  /** Another tab or device has described some of the images, or the post is new here. */
  private postUpdated({ platform_id, images }: PostView): void {
    const { content } = this;
    if (!content || platform_id !== this.platform?.id) return;
    const known = new Set(content.rows.map(({ id }) => id));
    if (images.some(({ id, status }) => status === 'pending' && !known.has(id))) void this.reload();
    else if (!this.saving) this.drop(images.filter(({ status }) => status === 'ready').map(({ id }) => id));
  }

  private follow(): void {
    const active = session.getState()?.platform ?? null;
    if (active?.id === this.platform?.id) this.platform = active;
    else if (this.written.trim() === '' && !this.saving) this.showPlatform(active);
    this.requestUpdate();
  }

  private showPlatform(platform: PlatformDetail | null): void {
    this.platform = platform;
    this.content = null;
    this.start();
    this.reloadSoon();
  }

  private start(): void {
    this.draft?.close();
    this.skipped.clear();
    this.described = 0;
    this.image = null;
    this.written = this.error = '';
  }
}

customElements.define('app-images', ImagesPage);
