/** @param shortcut such as `Alt+P` or `Control+Shift+K`, in the format of `aria-keyshortcuts` */
export function isShortcut(event: KeyboardEvent, shortcut: string): boolean {
  const parts = shortcut.split('+');
  const key = parts.pop() ?? '';
  const held = { Alt: event.altKey, Control: event.ctrlKey, Meta: event.metaKey, Shift: event.shiftKey };
  // By the position of the key: with Alt held down some keyboards produce another character.
  const pressed = event.code === `Key${key.toUpperCase()}` || event.key.toLowerCase() === key.toLowerCase();
  return pressed && Object.entries(held).every(([name, down]) => down === parts.includes(name));
}
