import { html, nothing, type TemplateResult } from 'lit';
import { splitAtLinks } from '../../../src/protocol/post-length';
import { avatar } from '../avatar';
import { hostOf } from '../format';
import type { PostText } from './draft-repository';
import type { Attachment } from './media-list';
import type { Platform } from './post-target';

/** The post as it will look: words as text, addresses as links, pictures with what is said of them. */
export function preview(
  platform: Platform,
  { content, spoiler_text, language }: PostText,
  files: Attachment[],
): TemplateResult {
  const paragraphs = content.trim() === '' ? [] : content.trim().split(/\n{2,}/);
  const body = html`
    ${paragraphs.map((paragraph) => html`<p dir="auto" lang=${language}>${splitAtLinks(paragraph).map(piece)}</p>`)}
    ${files.map(({ url, altText, file }) => (url ? html`<img src=${url} alt=${altText} />` : html`<p>${file.name}</p>`))}
  `;
  return html`
    <article class="vf-card vf-preview" id="vf-preview" aria-label="Preview">
      <p class="vf-preview-who">
        ${avatar(platform)}
        <span><strong>${platform.name}</strong> <span class="vf-hint">${handle(platform)}</span></span>
      </p>
      ${spoiler_text.trim() ? html`<details><summary dir="auto" lang=${language}>${spoiler_text}</summary>${body}</details>` : body}
    </article>
  `;
}

function piece(text: string, index: number): TemplateResult | string | typeof nothing {
  if (index % 2 === 0) return text || nothing;
  return html`<a href=${text} target="_blank" rel="nofollow noopener noreferrer">${text}</a>`;
}

/** `@name@host`, or as much of it as is known. */
export function handle({ username, instanceUrl = '' }: Platform): string {
  const host = hostOf(instanceUrl);
  return username ? `@${username}@${host}` : host;
}
