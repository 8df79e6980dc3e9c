import { html, type TemplateResult } from 'lit';
import { avatar } from '../avatar';
import { formatHandle } from '../format';
import { postText } from '../post-text';
import type { PostText } from './draft-repository';
import type { Attachment } from './media-list';
import type { Platform } from './post-target';

/** The post as it will look: text, URLs as links, pictures with their descriptions. */
export function preview(platform: Platform, text: PostText, files: Attachment[]): TemplateResult {
  const attached = files.map(({ url, altText, file }) =>
    url ? html`<img src=${url} alt=${altText} />` : html`<p>${file.name}</p>`,
  );
  return html`
    <article class="vf-card vf-preview" id="vf-preview" aria-label="Preview">
      <p class="vf-preview-who">
        ${avatar(platform)}
        <span><strong>${platform.name}</strong> <span class="vf-hint"><bdi>${formatHandle(platform.username, platform.instanceUrl ?? '')}</bdi></span></span>
      </p>
      ${text.content.trim() || attached.length > 0 ? postText(text, text.language, attached) : html`<p class="vf-hint">Your words, as they will look.</p>`}
    </article>
  `;
}
