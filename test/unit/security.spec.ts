/** The statements of docs/security.md about OWASP ASVS 5.0 are complete, and every test that they name exists. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const STATES = ['met', 'partly', 'not met', 'operator', 'does not apply'];

/** Number of requirements of levels 1 and 2 of ASVS 5.0.0, by section. */
const REQUIREMENTS: Record<string, number> = {
  '1.1': 2,
  '1.2': 9,
  '1.3': 11,
  '1.4': 3,
  '1.5': 2,
  '2.1': 3,
  '2.2': 3,
  '2.3': 4,
  '2.4': 1,
  '3.2': 2,
  '3.3': 4,
  '3.4': 6,
  '3.5': 5,
  '3.7': 2,
  '4.1': 3,
  '4.2': 1,
  '4.3': 2,
  '4.4': 4,
  '5.1': 1,
  '5.2': 3,
  '5.3': 2,
  '5.4': 3,
  '6.1': 3,
  '6.2': 12,
  '6.3': 4,
  '6.4': 4,
  '6.5': 5,
  '6.6': 3,
  '6.8': 4,
  '7.1': 3,
  '7.2': 4,
  '7.3': 2,
  '7.4': 5,
  '7.5': 2,
  '7.6': 2,
  '8.1': 2,
  '8.2': 3,
  '8.3': 1,
  '8.4': 1,
  '9.1': 3,
  '9.2': 4,
  '10.1': 2,
  '10.2': 2,
  '10.3': 4,
  '10.4': 11,
  '10.5': 5,
  '10.6': 2,
  '10.7': 3,
  '11.1': 2,
  '11.2': 3,
  '11.3': 3,
  '11.4': 4,
  '11.5': 1,
  '11.6': 1,
  '12.1': 3,
  '12.2': 2,
  '12.3': 4,
  '13.1': 1,
  '13.2': 5,
  '13.3': 2,
  '13.4': 5,
  '14.1': 2,
  '14.2': 4,
  '14.3': 3,
  '15.1': 3,
  '15.2': 3,
  '15.3': 7,
  '16.1': 1,
  '16.2': 5,
  '16.3': 4,
  '16.4': 3,
  '16.5': 3,
  '17.1': 1,
  '17.2': 4,
  '17.3': 2,
};

const page = readFileSync(join(ROOT, 'docs/security.md'), 'utf8');
const rows = [...page.matchAll(/^\| (\d[\d., ]*) \| ([^|]+) \| ([^|]+) \|(.*)\|$/gm)].map(
  ([, ids, state, how, tests]) => ({
    ids: ids!.split(', '),
    state: state!,
    how: how!,
    tests: [...tests!.matchAll(/`([^`]+\.ts)` "([^"]+)"/g)].map(([, file, title]) => [file!, title!] as const),
  }),
);
const named = [...new Map(rows.flatMap(({ tests }) => tests).map((each) => [each.join(), each])).values()];

it('speaks of every requirement of levels 1 and 2, and of each once', () => {
  const all = Object.entries(REQUIREMENTS).flatMap(([section, count]) =>
    Array.from({ length: count }, (_, index) => `${section}.${index + 1}`),
  );
  expect(all).toHaveLength(253);
  expect(rows.flatMap(({ ids }) => ids).sort()).toEqual(all.sort());
});

it('says of each how it stands', () => {
  for (const { ids, state, how } of rows) {
    expect([ids, STATES.includes(state), how.trim() !== '']).toEqual([ids, true, true]);
  }
});

it.each(named)('%s has the test "%s"', (file, title) => {
  const path = join(ROOT, file);
  expect(existsSync(path)).toBe(true);
  const source = readFileSync(path, 'utf8');
  expect(["'", '"', '`'].some((quote) => source.includes(`(${quote}${title}${quote}`))).toBe(true);
});

it('is linked from where somebody looks, and links to headings that are there', () => {
  expect(readFileSync(join(ROOT, 'SECURITY.md'), 'utf8')).toContain('(docs/security.md)');
  expect(readFileSync(join(ROOT, 'README.md'), 'utf8')).toContain('(SECURITY.md)');
  const operate = readFileSync(join(ROOT, 'docs/operate.md'), 'utf8');
  const anchors = (text: string) =>
    [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!.toLowerCase().replaceAll(' ', '-'));
  const linked = [...page.matchAll(/\]\((operate\.md)?#([\w-]+)\)/g)];
  expect(linked.length).toBeGreaterThan(8);
  for (const [, other, anchor] of linked) expect(anchors(other ? operate : page)).toContain(anchor);
});
