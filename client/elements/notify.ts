export type NoticeKind = 'success' | 'info' | 'warning' | 'error';

const SHOWN_MS = 8_000;

/** Says something in the page's status region, which screen readers read out. Errors stay until the next one. */
export function notify(message: string, kind: NoticeKind = 'info'): void {
  const region = document.getElementById('notices');
  if (!region) return;
  const notice = document.createElement('p');
  notice.className = `notice notice-${kind}`;
  notice.textContent = message;
  region.replaceChildren(notice);
  if (kind !== 'error') window.setTimeout(() => notice.remove(), SHOWN_MS);
}
