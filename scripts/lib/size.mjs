/** Checks the size of a page's scripts as transferred: gzip, in KB of 1024 bytes. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './run.mjs';

const ELEMENTS = ['elements.mjs', 'composer.mjs', 'drafts.mjs'];
/** @type {[what: string, files: string[], limit: number][]} */
const BUDGETS = [['session, all elements and composer', ['session.mjs', ...ELEMENTS], 48]];
const FOLDER = join(ROOT, 'dist/client');

/** A module and its static imports. */
function withImports(file, found) {
  if (found.has(file)) return found;
  found.add(file);
  const code = readFileSync(join(FOLDER, file), 'utf8');
  for (const [, name] of code.matchAll(/(?:from|import)\s*["']\.{1,2}\/([^"']+\.mjs)["']/g)) {
    withImports(file.startsWith('parts/') ? join('parts', name).replace('parts/parts/', 'parts/') : name, found);
  }
  return found;
}

/** @returns {{code: number, output: string}} as `runQuietly` */
export function checkSizes() {
  const lines = BUDGETS.map(([what, files, limit]) => {
    const loaded = files.reduce((found, file) => withImports(file, found), new Set());
    const bytes = [...loaded].reduce((sum, file) => sum + statSync(join(FOLDER, `${file}.gz`)).size, 0);
    return { over: bytes > limit * 1024, line: `${what}: ${(bytes / 1024).toFixed(1)} KB of ${limit}` };
  });
  return { code: lines.some(({ over }) => over) ? 1 : 0, output: lines.map(({ line }) => line).join('; ') };
}
