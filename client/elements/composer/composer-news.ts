import { html, nothing, type TemplateResult } from 'lit';
import { formatRelativeTime } from '../format';
import type { ComposerView } from './composer-form';

/** Notices that the user should read or decide on. */
export function composerNews({ platform, movedTo, keptFrom, editor, sending, act }: ComposerView): TemplateResult {
  const { name } = platform;
  const { restoredAt } = editor;
  return html`
    ${
      movedTo === undefined
        ? nothing
        : html`<div class="vf-note vf-choice" data-kind="warning" role="group" aria-labelledby="vf-choice-text">
            <p id="vf-choice-text">
              This post was begun for <strong>${name}</strong>, and the active platform is now
              <strong>${movedTo?.name ?? 'none'}</strong>. Nothing is sent until you choose.
            </p>
            <p class="vf-actions">
              <button type="button" class="vf-button" @click=${act.keep}>Keep posting as ${name}</button>
              ${
                movedTo
                  ? html`<button type="button" class="vf-button" @click=${act.move}>Move to ${movedTo.name}</button>`
                  : nothing
              }
            </p>
          </div>`
    }
    ${
      keptFrom === undefined
        ? nothing
        : html`<p class="vf-note vf-actions">
            <span>You post as <strong>${name}</strong> here until you say otherwise; the active platform is
              <strong>${keptFrom?.name ?? 'none'}</strong>.</span>
            ${
              keptFrom
                ? html`<button type="button" class="vf-button" @click=${act.release}>Post as ${keptFrom.name}</button>`
                : nothing
            }
          </p>`
    }
    ${
      platform.needsReconnect
        ? html`<p class="vf-note" data-kind="warning">
            ${name} must be connected again before it can post.
            <button type="button" class="vf-button" @click=${act.reconnect}>Connect it again</button>
          </p>`
        : nothing
    }
    ${
      restoredAt === null || sending
        ? nothing
        : html`<p class="vf-note vf-actions">
            <span>Your draft from ${formatRelativeTime(restoredAt)} is back.</span>
            <button type="button" class="vf-button" @click=${act.discard}>Discard</button>
          </p>`
    }
  `;
}
