import { type Rows, readNewestRows } from './newest-rows';

/** A server with the rows 9 to 1 and a page size of three. */
function server() {
  const asked: string[] = [];
  const page = async (params: URLSearchParams): Promise<Rows<number>> => {
    asked.push(`${params}`);
    const first = Number(params.get('before_id') ?? 10) - 1;
    const count = Math.min(3, first, Number(params.get('limit')));
    const rows = Array.from({ length: count }, (_, index) => first - index);
    return { rows, next: first > count ? rows.at(-1)! : null };
  };
  return { asked, page };
}

it.each([
  ['one page', 2, [9, 8], 8, ['limit=2']],
  ['more than the server gives at once', 5, [9, 8, 7, 6, 5], 5, ['limit=5', 'limit=2&before_id=7']],
  ['all', 20, [9, 8, 7, 6, 5, 4, 3, 2, 1], null, ['limit=20', 'limit=17&before_id=7', 'limit=14&before_id=4']],
])('reads %s', async (_, wanted, rows, next, requests) => {
  const { asked, page } = server();
  expect(await readNewestRows(wanted, 'before_id', page)).toEqual({ rows, next });
  expect(asked).toEqual(requests);
});
