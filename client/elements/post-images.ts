import { html, type TemplateResult } from 'lit';
import type { ImageView, MediaView } from '../../src/protocol/http';
import { defineElement } from './define-element';
import { pinnedTo } from './format-post';
import { icon } from './icon';
import { picturePath } from './picture';
import { session } from './session';
import { SessionElement } from './session-element';

/** `<vf-post-images>`: the images of a post with their descriptions, which can be edited. */
export class PostImages extends SessionElement {
  static override properties = { images: { attribute: false }, platformId: { attribute: false } };
  declare images: ImageView[];
  declare platformId: number;

  /** Id of the image whose description is being edited. */
  private editing: number | null = null;

  protected override render(): TemplateResult {
    return html`<ul class="vf-images">${this.images.map((image) => this.image(image))}</ul>`;
  }

  private image(image: ImageView): TemplateResult {
    const { id, alt_text } = image;
    const missing = image.status === 'pending';
    return html`
      <li>
        ${this.picture(image)}
        ${
          this.editing === id
            ? this.describeForm(image)
            : html`
              <span class="vf-images-text">
                <span dir="auto">${alt_text ?? html`${icon('triangle-alert')} No description`}</span>
                <button
                  type="button"
                  class="vf-button" data-kind="quiet" data-image-id=${id}
                  aria-label="${missing ? 'Describe the image' : `Change the description ${alt_text}`}"
                  @click=${() => this.edit(id)}
                >
                  ${icon('pencil')}
                </button>
              </span>
            `
        }
      </li>
    `;
  }

  private picture({ id, alt_text, has_picture }: ImageView): TemplateResult {
    const nothingToShow = html`<span class="vf-thumb">${icon('image')}</span>`;
    if (!has_picture) return nothingToShow;
    const path = picturePath(id);
    // Removing a broken image reveals the icon below it.
    const hide = ({ target }: Event) => (target as HTMLElement).remove();
    return html`
      <a class="vf-thumb" href=${path} target="_blank" rel="noopener"
        >${icon('image')}<img src=${path} alt=${alt_text || 'The picture in full'} loading="lazy" @error=${hide}
      /></a>
    `;
  }

  private describeForm({ id, alt_text }: ImageView): TemplateResult {
    const submitted = async (event: SubmitEvent): Promise<void> => {
      event.preventDefault();
      const words = String(new FormData(event.target as HTMLFormElement).get('alt_text'));
      const options = { body: { alt_text: words }, headers: pinnedTo(this.platformId) };
      const change = () => session.request<MediaView>('PATCH', `/api/media/${id}`, options);
      if (await this.attempt(change, 'The description was saved.')) await this.edit(null);
    };
    const cancelOnEscape = ({ key, isComposing }: KeyboardEvent) => key === 'Escape' && !isComposing && this.edit(null);
    return html`
      <form class="vf-inline" @submit=${submitted} @keydown=${cancelOnEscape}>
        <input
          class="vf-input" name="alt_text" aria-label="Description of the image" autocomplete="off" dir="auto"
          .defaultValue=${alt_text ?? ''}
        />
        <button type="submit" class="vf-button" data-kind="primary">Save</button>
        <button type="button" class="vf-button" @click=${() => this.edit(null)}>Cancel</button>
      </form>
    `;
  }

  /** Opens or closes the form: the focus moves into it, and back to the button that opened it. */
  private async edit(id: number | null): Promise<void> {
    const before = this.editing;
    this.editing = id;
    this.requestUpdate();
    await this.updateComplete;
    this.querySelector<HTMLElement>(id === null ? `[data-image-id="${before}"]` : 'form input')?.focus();
  }
}

defineElement('vf-post-images', PostImages);
