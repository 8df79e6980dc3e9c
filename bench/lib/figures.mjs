/** Rounds in turns, what stands in their middle, and a table of it. */

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function percentile(values, percent) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil((percent / 100) * sorted.length) - 1)];
}

/** The median of what each round says: a burst of other work on the machine spoils one round, not the figure. */
export function ratio(ours, theirs) {
  return median(ours.map((value, round) => value / theirs[round]));
}

/**
 * A B C D, A B C D, …, so that all meet the same weather.
 * @param contenders by name
 * @returns by name, what `measure` gave in each round
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

/** Lines of text; the first column to the left, figures to the right. */
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
