/** Some rows, and where those that follow begin; null: there are no more. */
export interface Rows<T> {
  rows: T[];
  next: string | number | null;
}

/**
 * As many of the newest rows as are wanted, however few the server gives at once. Who wants more reads all of them anew:
 * then nothing that happens meanwhile leaves a gap.
 * @param from the parameter that says where a page begins
 * @param page reads one
 */
export async function readNewestRows<T>(
  wanted: number,
  from: 'before' | 'before_id',
  page: (asked: URLSearchParams) => Promise<Rows<T>>,
): Promise<Rows<T>> {
  let { rows, next } = await page(new URLSearchParams({ limit: `${wanted}` }));
  while (next !== null && rows.length < wanted) {
    const more = await page(new URLSearchParams({ limit: `${wanted - rows.length}`, [from]: `${next}` }));
    rows = [...rows, ...more.rows];
    next = more.next;
  }
  return { rows, next };
}
