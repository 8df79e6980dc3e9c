/** The lock file must be installable on every system, from any registry. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

interface LockEntry {
  resolved?: string;
  hasInstallScript?: boolean;
  optionalDependencies?: Record<string, string>;
}

const ROOT = join(__dirname, '../..');
const readJson = <T>(name: string): T => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));

const { packages } = readJson<{ packages: Record<string, LockEntry> }>('package-lock.json');
const { allowScripts } = readJson<{ allowScripts: Record<string, boolean> }>('package.json');
const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Like Node's module resolution: the package's own dependencies first, then up the tree. */
function isLocked(from: string, name: string): boolean {
  for (let folder = from; ; folder = dirname(folder)) {
    if (packages[join(folder, 'node_modules', name)]) return true;
    if (folder === '.' || folder === '') return false;
  }
}

describe('package-lock.json', () => {
  it('holds the packages of every platform, not of this one alone', () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter((name) => !isLocked(path, name))
        .map((name) => `${nameOf(path)} names ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('names no registry', () => {
    const resolved = Object.values(packages).flatMap((entry) => entry.resolved ?? []);
    expect(resolved.filter((place) => /^[a-z+]+:\/\//.test(place))).toEqual([]);
  });

  it('has an answer in allowScripts for every package that wants to run one when installed', () => {
    const asking = Object.entries(packages).filter(([, entry]) => entry.hasInstallScript);
    const unanswered = asking.map(([path]) => nameOf(path)).filter((name) => !(name in allowScripts));
    expect(unanswered).toEqual([]);
  });
});
