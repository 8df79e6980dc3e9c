import { html, nothing, type TemplateResult } from 'lit';
import { splitAtLinks } from '../../src/protocol/post-length';
import { icon } from './icon';

/** The text of a post: each paragraph in its own direction, URLs as links that open a new tab. */
export function postText(
  { content, spoiler_text }: { content: string; spoiler_text: string | null },
  language?: string,
  attached: unknown = nothing,
): TemplateResult {
  const paragraphs = content.trim() === '' ? [] : content.trim().split(/\n{2,}/);
  const body = html`
    ${paragraphs.map((words) => html`<p class="vf-post-text" dir="auto" lang=${language ?? nothing}>${splitAtLinks(words).map(piece)}</p>`)}${attached}
  `;
  if (!spoiler_text?.trim()) return body;
  return html`<details><summary dir="auto" lang=${language ?? nothing}>${spoiler_text}</summary>${body}</details>`;
}

/** A link to the post at its instance. A URL from outside must only link to a web page. */
export function postLink(url: string | null): TemplateResult | typeof nothing {
  if (!url || !/^https?:\/\//.test(url)) return nothing;
  return html`<a href=${url} target="_blank" rel="noopener noreferrer">${icon('external-link')} See it there</a>`;
}

function piece(text: string, index: number): TemplateResult | string | typeof nothing {
  if (index % 2 === 0) return text || nothing;
  return html`<a href=${text} target="_blank" rel="nofollow noopener noreferrer"><bdi>${text}</bdi></a>`;
}
