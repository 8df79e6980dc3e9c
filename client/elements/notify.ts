export type NoticeKind = 'success' | 'info' | 'warning' | 'error';

export interface NoticeAction {
  label: string;
  run(): void;
}

export interface NoticeOptions {
  /** Milliseconds until it goes by itself; 0: when it is dismissed. What went wrong stays by default. */
  duration?: number;
  /** What it is about: the next one of this key takes its place, and `dismissNotice` takes it away. */
  key?: string;
  action?: NoticeAction;
}

export interface Notice extends NoticeOptions {
  message: string;
  kind: NoticeKind;
  duration: number;
}

const SHOWN_MS = 8_000;

/** Says something to the person, in the page's `<vf-toasts>`. */
export function notify(message: string, kind: NoticeKind = 'info', options: NoticeOptions = {}): void {
  const duration = options.duration ?? (kind === 'error' ? 0 : SHOWN_MS);
  window.dispatchEvent(new CustomEvent<Notice>('vf-notice', { detail: { ...options, message, kind, duration } }));
}

/** Its cause is gone. */
export function dismissNotice(key: string): void {
  window.dispatchEvent(new CustomEvent<string>('vf-notice-dismiss', { detail: key }));
}

/** Does something that may be regretted only when the time for that has passed. @param now does it earlier */
export function notifyUndoable(message: string, act: () => void, undo: () => void): { now(): void } {
  let open = true;
  const close = (then: () => void) => () => {
    if (!open) return;
    open = false;
    window.clearTimeout(timer);
    then();
  };
  const timer = window.setTimeout(close(act), SHOWN_MS);
  notify(message, 'info', { action: { label: 'Undo', run: close(undo) } });
  return { now: close(act) };
}
