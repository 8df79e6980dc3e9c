/**
 * The shape of `icon.svg` on a background of the given colour.
 * @param colour CSS colour
 * @returns URL for `<link rel="icon">`
 */
export function favicon(colour: string): string {
  const mark = 'M6 9c6 1 8 6 10 14 2-8 4-13 10-14-4 5-5 10-10 17C11 19 10 14 6 9z';
  const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${colour}"/><path d="${mark}" fill="#fff" stroke="#0006" stroke-width=".5"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(drawing)}`;
}
