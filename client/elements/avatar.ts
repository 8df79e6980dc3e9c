import { html, type TemplateResult } from 'lit';
import { hueOf, initialsOf } from '../../src/protocol/avatar';

/**
 * What an account is known by at a glance. Letters on its colour and not its picture: a picture would be fetched from
 * the instance, and tell it who looks, from where and when.
 */
export function avatar(platform: { id: number; name: string }): TemplateResult {
  return html`<span class="vf-avatar" data-hue=${hueOf(platform.id)} aria-hidden="true">${initialsOf(platform.name)}</span>`;
}
