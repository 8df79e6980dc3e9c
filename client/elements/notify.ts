export type NoticeKind = 'success' | 'info' | 'warning' | 'error';

export interface NoticeAction {
  label: string;
  run(): void;
}

export interface NoticeOptions {
  /** Milliseconds until it is removed; 0: until it is dismissed. Errors stay by default. */
  duration?: number;
  /** Identifies the subject: a newer notice with this key replaces it, and `dismissNotice` removes it. */
  key?: string;
  action?: NoticeAction;
}

export interface Notice extends NoticeOptions {
  message: string;
  kind: NoticeKind;
  duration: number;
}

const SHOWN_MS = 8_000;

/** Shows a notice to the user, in the page's `<vf-toasts>`. */
export function notify(message: string, kind: NoticeKind = 'info', options: NoticeOptions = {}): void {
  const duration = options.duration ?? (kind === 'error' ? 0 : SHOWN_MS);
  window.dispatchEvent(new CustomEvent<Notice>('vf-notice', { detail: { ...options, message, kind, duration } }));
}

/** Removes the notice with this key: its cause is gone. */
export function dismissNotice(key: string): void {
  window.dispatchEvent(new CustomEvent<string>('vf-notice-dismiss', { detail: key }));
}

/** Runs `act` only after the time for an undo has passed, or when the page is left. @returns `now` runs it earlier */
export function notifyUndoable(message: string, act: () => void, undo: () => void): { now(): void } {
  let open = true;
  const close = (then: () => void) => () => {
    if (!open) return;
    open = false;
    window.clearTimeout(timer);
    dismissNotice(key);
    then();
  };
  const now = close(act);
  const timer = window.setTimeout(now, SHOWN_MS);
  const key = `undo ${timer}`;
  window.addEventListener('pagehide', now, { once: true });
  notify(message, 'info', { key, action: { label: 'Undo', run: close(undo) } });
  return { now };
}
