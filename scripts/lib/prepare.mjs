/** Prepares a checkout: checks Node, installs packages, builds. Skips steps that are up to date. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, refuse, runOrRefuse, runQuietly, seconds } from './run.mjs';

const MODULES = join(ROOT, 'node_modules');
const LOCK_FILE = join(ROOT, 'package-lock.json');
/** Hash of lock file, Node ABI and platform of the last install; removed by npm with node_modules. */
const INSTALL_MARK = join(MODULES, '.vedfolnir-lock');
const BUILD_MARK = join(ROOT, 'dist', '.vedfolnir-build');

const SOURCES = [
  'src',
  'tools',
  'client',
  'scripts/openapi-metadata.mjs',
  'scripts/wire-schemas.mjs',
  'ormconfig.ts',
  'nest-cli.json',
  'package.json',
  'package-lock.json',
];

/** 20.19 is the first Node 20 whose require() loads the ESM-only packages that the server uses. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19) || (major === 22 && minor < 12) || major === 21) {
    refuse(`Vedfolnir needs Node 20.19 or newer (22.12 on the 22 line); this is ${process.version}.`);
  }
}

const readIfThere = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null);
const readJson = (file) => JSON.parse(readIfThere(file) ?? '{}');

/** The npm that runs this script, otherwise the one on the PATH. */
function npm(...args) {
  const { npm_execpath: file } = process.env;
  if (file && /\.c?js$/.test(file)) return [process.execPath, file, ...args];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', ...args];
}

/** Whether node_modules has the versions of the lock file, independent of the command that installed them. */
function holdsTheLock() {
  const installed = readJson(join(MODULES, '.package-lock.json')).packages ?? {};
  const wanted = Object.entries(readJson(LOCK_FILE).packages ?? {}).filter(([path, entry]) => path && !entry.optional);
  return wanted.every(([path, entry]) => installed[path]?.version === entry.version && existsSync(join(ROOT, path)));
}

/** Native code is built for one Node ABI, so after a change of Node an installed package may not load. */
async function nativeCodeLoads() {
  const { code } = await runQuietly([process.execPath, '-e', "new (require('better-sqlite3'))(':memory:').close()"]);
  return code === 0;
}

function installProgress(output) {
  if (/(CC|CXX|SOLINK_MODULE)\(target\)|node-gyp (build|rebuild)|gyp info (spawn|build)/.test(output)) {
    return 'compiling better-sqlite3, as no ready-made build could be fetched: about 2 minutes, once';
  }
  return 'downloading and unpacking packages';
}

/** Installs the packages if they are missing, differ from the lock file, or are built for another Node. */
export async function ensurePackages() {
  const { node, modules } = process.versions;
  const lock = readIfThere(LOCK_FILE) ?? refuse('package-lock.json is missing: this is not a whole checkout.');
  const mark = createHash('sha256').update(`${lock} ${modules} ${process.platform} ${process.arch}`).digest('hex');
  if (readIfThere(INSTALL_MARK) === mark) return;

  if (!(holdsTheLock() && (await nativeCodeLoads()))) {
    const started = Date.now();
    console.log(`Installing packages for Node ${node} …`);
    // Foreground scripts, so that the progress distinguishes compiling from downloading.
    await runOrRefuse('npm ci', npm('ci', '--include=dev', '--foreground-scripts', '--no-audit', '--no-fund'), {
      progress: installProgress,
    });
    console.log(`Packages installed in ${seconds(started)}.`);
  }
  writeFileSync(INSTALL_MARK, mark);
}

function* filesUnder(path) {
  const full = join(ROOT, path);
  if (!existsSync(full)) return;
  if (!statSync(full).isDirectory()) yield path;
  else for (const name of readdirSync(full).sort()) yield* filesUnder(join(path, name));
}

/** By content, because a checkout or a restored cache changes modification times only. */
function fingerprintOfSources() {
  const hash = createHash('sha256');
  const compilerSettings = readdirSync(ROOT).filter((name) => /^tsconfig.*\.json$/.test(name));
  for (const source of [...SOURCES, ...compilerSettings.sort()]) {
    for (const file of filesUnder(source)) {
      if (/\.spec\.ts$/.test(file)) continue;
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(ROOT, file)))
        .update('\0');
    }
  }
  return hash.digest('hex');
}

/** Builds server and client if dist is missing or was built from other sources. */
export async function ensureBuild() {
  const fingerprint = fingerprintOfSources();
  if (readIfThere(BUILD_MARK) === fingerprint && existsSync(join(ROOT, 'dist/src/app/main.js'))) return;
  const started = Date.now();
  console.log('Building …');
  // Removed first, so that a failed build does not count as up to date.
  rmSync(BUILD_MARK, { force: true });
  await runOrRefuse('The build', npm('run', 'build'), { progress: () => 'compiling server and client' });
  writeFileSync(BUILD_MARK, fingerprint);
  console.log(`Built in ${seconds(started)}.`);
}
