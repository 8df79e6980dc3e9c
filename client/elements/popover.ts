/** Distances from the edge of the window and from the anchor; pixels. */
const MARGIN = 8;
const GAP = 6;

/**
 * Places an open popover below its button, or above if there is no room below, and keeps it there.
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
    // Set by script and not by a style sheet: a rule of the page for ::part() would override it.
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
