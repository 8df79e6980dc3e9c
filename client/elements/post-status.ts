import { html, nothing, type TemplateResult } from 'lit';
import type { PostStatus } from '../../src/protocol/http';
import { icon } from './icon';
import type { IconName } from './icons';

const STATUS: Record<PostStatus, [IconName, string, kind?: string]> = {
  queued: ['clock', 'Waiting to be sent'],
  publishing: ['loader-circle', 'Being sent'],
  published: ['circle-check', 'Published', 'good'],
  failed: ['circle-alert', 'Not sent', 'danger'],
};

/** The status of a post. */
export function statusBadge(status: PostStatus): TemplateResult {
  const [picture, words, kind] = STATUS[status];
  return html`<span class="vf-badge" data-status=${status} data-kind=${kind ?? nothing}>${icon(picture)} ${words}</span>`;
}
