import { html, type TemplateResult } from 'lit';
import { avatar } from '../avatar';
import { hostOf } from '../format';
import { postText } from '../post-text';
import type { PostText } from './draft-repository';
import type { Attachment } from './media-list';
import type { Platform } from './post-target';

/** The post as it will look: words as text, addresses as links, pictures with what is said of them. */
export function preview(platform: Platform, text: PostText, files: Attachment[]): TemplateResult {
  const attached = files.map(({ url, altText, file }) =>
    url ? html`<img src=${url} alt=${altText} />` : html`<p>${file.name}</p>`,
  );
  return html`
    <article class="vf-card vf-preview" id="vf-preview" aria-label="Preview">
      <p class="vf-preview-who">
        ${avatar(platform)}
        <span><strong>${platform.name}</strong> <span class="vf-hint">${handle(platform)}</span></span>
      </p>
      ${postText(text, text.language, attached)}
    </article>
  `;
}

/** `@name@host`, or as much of it as is known. */
export function handle({ username, instanceUrl = '' }: Platform): string {
  const host = hostOf(instanceUrl);
  return username ? `@${username}@${host}` : host;
}
