/** Rows of a list, and the cursor of the next page; null: there are no more rows. */
export interface Rows<T> {
  rows: T[];
  next: string | number | null;
}

/**
 * Reads the `wanted` newest rows, in several requests if the server limits the page size. To show more rows, read all
 * of them again: events between two reads then leave no gap.
 * @param from name of the query parameter with the cursor
 * @param page reads one page
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
