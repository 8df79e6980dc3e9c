/** From the edge of the window, and from what it belongs to; pixels. */
const MARGIN = 8;
const GAP = 6;

/**
 * Puts an open popover under the button that it belongs to, or above where there is no room, and keeps it there.
 * @returns its undo, for when it closes
 */
export function placeAt(panel: HTMLElement, anchor: HTMLElement): () => void {
  const place = (): void => {
    const at = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = panel;
    const { clientWidth, clientHeight } = document.documentElement;
    const start = getComputedStyle(anchor).direction === 'rtl' ? at.right - width : at.left;
    const below = at.bottom + GAP;
    const fits = below + height + MARGIN <= clientHeight || at.top < height;
    // By the script and not by a style sheet: a rule for ::part() of the page would win over what is set here.
    panel.style.inset = 'auto';
    panel.style.left = `${Math.max(MARGIN, Math.min(start, clientWidth - width - MARGIN))}px`;
    panel.style.top = `${Math.max(MARGIN, fits ? below : at.top - GAP - height)}px`;
  };
  place();
  window.addEventListener('resize', place);
  window.addEventListener('scroll', place, { capture: true, passive: true });
  return () => {
    window.removeEventListener('resize', place);
    window.removeEventListener('scroll', place, { capture: true });
  };
}
