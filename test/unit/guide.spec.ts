/** What the guide shows of an example is that example. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const QUOTE = /<!-- (examples\/\S+) -->\n```\w+\n([\s\S]*?)\n```/g;

const quotes = [...readFileSync(join(ROOT, 'docs/integrate.md'), 'utf8').matchAll(QUOTE)];

it('quotes examples', () => expect(quotes.length).toBeGreaterThan(5));

it.each(quotes.map(([, file, text]) => [file!, text!]))('%s is quoted as it is', (file, text) => {
  expect(text).toBe(readFileSync(join(ROOT, file), 'utf8').trimEnd());
});
