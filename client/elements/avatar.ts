import { html, nothing, type TemplateResult } from 'lit';
import { hueOf, initialsOf } from '../../src/protocol/avatar';
import { avatarPath } from './picture';

/** An account as the API returns it, or as in the session's state. */
interface Account {
  id: number;
  name: string;
  avatar_url?: string | null;
  avatarUrl?: string | null;
}

/**
 * Identifies an account at a glance: initials on its colour, covered by its picture if it has one. The picture comes
 * from our own server, so that no instance learns who views it, from where and when.
 */
export function avatar({ id, name, avatar_url, avatarUrl }: Account): TemplateResult {
  return html`
    <span class="vf-avatar" data-hue=${hueOf(id)} aria-hidden="true"
      >${initialsOf(name)}${avatar_url || avatarUrl ? html`<img src=${avatarPath(id)} alt="" @error=${hide} />` : nothing}</span
    >
  `;
}

/** Hides a picture that fails to load: the initials are below it. */
function hide({ target }: Event): void {
  (target as HTMLElement).hidden = true;
}
