export type NoticeKind = 'success' | 'info' | 'warning' | 'error';

export interface Notice {
  message: string;
  kind: NoticeKind;
  /** Milliseconds until it goes by itself; 0: when it is dismissed. */
  duration: number;
}

const SHOWN_MS = 8_000;

/** Says something to the person, in the page's `<vf-toasts>`. What went wrong stays until it is dismissed. */
export function notify(message: string, kind: NoticeKind = 'info', duration = kind === 'error' ? 0 : SHOWN_MS): void {
  window.dispatchEvent(new CustomEvent<Notice>('vf-notice', { detail: { message, kind, duration } }));
}
