import { html, nothing, type TemplateResult } from 'lit';
import { hueOf, initialsOf } from '../../src/protocol/avatar';
import { avatarPath } from './picture';

/** An account as the wire has it, or as the state of the session has it. */
interface Account {
  id: number;
  name: string;
  avatar_url?: string | null;
  avatarUrl?: string | null;
}

/**
 * What an account is known by at a glance: letters on its colour, and over them its picture where it has one. The
 * picture comes from our own server: no instance is told who looks, from where and when.
 */
export function avatar({ id, name, avatar_url, avatarUrl }: Account): TemplateResult {
  return html`
    <span class="vf-avatar" data-hue=${hueOf(id)} aria-hidden="true"
      >${initialsOf(name)}${avatar_url || avatarUrl ? html`<img src=${avatarPath(id)} alt="" @error=${hide} />` : nothing}</span
    >
  `;
}

/** What cannot be shown: the letters are under it. */
function hide({ target }: Event): void {
  (target as HTMLElement).hidden = true;
}
