/** Bar charts as SVG, readable on light and dark pages. */

const WIDTH = 760;
const LABELS = 250;
const BAR = 18;
const GAP = 6;
const COLOURS = ['#2f6fdb', '#8a8f98', '#c2772b', '#3c9a5f'];

const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/**
 * @param groups each with a title and bars `{ name, value, text }`; each group is scaled to its largest value
 * @returns {string} the SVG
 */
export function barChart(title, groups) {
  const parts = [];
  let y = 30;
  for (const { name, bars } of groups) {
    parts.push(`<text x="8" y="${y + 14}" font-weight="600">${escaped(name)}</text>`);
    y += 24;
    const most = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
    for (const [index, bar] of bars.entries()) {
      const width = Math.max(1, (bar.value / most) * (WIDTH - LABELS - 110));
      const colour = COLOURS[index % COLOURS.length];
      parts.push(
        `<text x="${LABELS - 8}" y="${y + 14}" text-anchor="end">${escaped(bar.name)}</text>`,
        `<rect x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${colour}"/>`,
        `<text x="${(LABELS + width + 6).toFixed(1)}" y="${y + 14}">${escaped(bar.text)}</text>`,
      );
      y += BAR + GAP;
    }
    y += 8;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" role="img" aria-label="${escaped(title)}"
  font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="#fff"/>
<text x="8" y="20" font-size="15" font-weight="700">${escaped(title)}</text>
${parts.join('\n')}
</svg>
`;
}
