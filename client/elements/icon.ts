import { html, type TemplateResult } from 'lit';
import type { PlatformType } from '../../src/protocol/http';
import type { IconName } from './icons';

/** A picture beside words that say the same: screen readers pass over it. */
export function icon(name: IconName): TemplateResult {
  return html`<svg class="vf-icon" data-icon=${name} aria-hidden="true" focusable="false"><use href="/client/icons.svg#${name}"></use></svg>`;
}

export const TYPE_ICONS: Record<PlatformType, IconName> = { mastodon: 'message-circle', pixelfed: 'camera' };
