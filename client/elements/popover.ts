/** Distances from the edge of the window and from the anchor; pixels. */
const MARGIN = 8;
const GAP = 6;

/** Places an open popover below its button, or above if there is no room below, and keeps it there while it is open. */
export function placeAt(panel: HTMLElement, anchor: HTMLElement): void {
  const closed = new AbortController();
  const { signal } = closed;
  const place = (): void => {
    // It was removed from the page while it was open, which dispatches no event.
    if (!panel.matches(':popover-open')) return void closed.abort();
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
  window.addEventListener('resize', place, { signal });
  window.addEventListener('scroll', place, { capture: true, passive: true, signal });
  panel.addEventListener('toggle', () => closed.abort(), { once: true });
}
