/** The code that the guide shows of an example is that of the example. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../package.json';

const ROOT = join(__dirname, '../..');
const QUOTE = /<!-- (examples\/[^\s#]+)(?:#(\w+))? -->\n```\w+\n([\s\S]*?)\n```/g;

const guide = readFileSync(join(ROOT, 'docs/integrate.md'), 'utf8');
const quotes = [...guide.matchAll(QUOTE)];

/**
 * @param region in the format of editors: between the lines `#region NAME` and `#endregion`, without their indentation
 */
function textOf(file: string, region?: string): string {
  const text = readFileSync(join(ROOT, file), 'utf8').trimEnd();
  if (!region) return text;
  const lines = text.split('\n');
  const from = lines.findIndex((line) => new RegExp(`#region ${region}\\b`).test(line)) + 1;
  const found = lines.slice(from, from + lines.slice(from).findIndex((line) => line.includes('#endregion')));
  const indentation = Math.min(...found.filter(Boolean).map((line) => line.search(/\S/)));
  return found.map((line) => line.slice(indentation)).join('\n');
}

it('installs the file that npm pack makes of this version', () =>
  expect(new Set(guide.match(/vedfolnir-\d\S*?\.tgz/g))).toEqual(new Set([`vedfolnir-${version}.tgz`])));

it('quotes examples', () => expect(quotes.length).toBeGreaterThan(5));

it.each(quotes.map(([, file, region, text]) => [[file, region].filter(Boolean).join('#'), file!, region, text!]))(
  '%s is quoted as it is',
  (_name, file, region, text) => expect(text).toBe(textOf(file, region)),
);
