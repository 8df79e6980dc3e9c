/** Ctrl+Enter sends; Enter in a single-line field does not: an unfinished post would be published. */
export function submitKeys(event: KeyboardEvent, send: () => void): void {
  // 229: in Safari, the Enter key that ends a composition.
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === 229) return;
  const isShortcut = event.ctrlKey || event.metaKey;
  if (isShortcut || event.target instanceof HTMLInputElement) event.preventDefault();
  if (isShortcut && !event.repeat) send();
}
