/** Alternating rounds, medians and tables. */

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function percentile(values, percent) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)];
}

/** Median of the ratios per round, so that other load on the machine during one round does not affect the figure. */
export function ratio(ours, theirs) {
  return median(ours.map((value, round) => value / theirs[round]));
}

/**
 * Measures in the order A B C D, A B C D, …, so that other load affects all contenders alike.
 * @param contenders by name
 * @returns results of `measure` per round, by name
 */
export async function inTurns(contenders, rounds, measure) {
  const names = Object.keys(contenders);
  const found = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const name of names) found[name].push(await measure(contenders[name], name));
    console.log(`  round ${round} of ${rounds}`);
  }
  return found;
}

/** Formats a table as text: first column left-aligned, figures right-aligned. */
export function table(head, rows) {
  const cells = [head, ...rows].map((row) => row.map(String));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column])))
      .join('  ')
      .trimEnd();
  const [first, ...others] = cells.map(line);
  return [first, '-'.repeat(first.length), ...others].join('\n');
}

export const verdict = (reached) => (reached ? 'reached' : 'missed');
