/** Installs the benchmark's packages: the peers, which the server does not need. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runOrRefuse, seconds } from '../../scripts/lib/run.mjs';

const FOLDER = dirname(dirname(fileURLToPath(import.meta.url)));
const LOCK_FILE = join(FOLDER, 'package-lock.json');
const MARK = join(FOLDER, 'node_modules', '.vedfolnir-lock');

function npm(...args) {
  const { npm_execpath: file } = process.env;
  if (file && /\.c?js$/.test(file)) return [process.execPath, file, ...args];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', ...args];
}

/** Installs on the first run and after a change of the lock file. */
export async function ensureBenchPackages() {
  const fingerprint = createHash('sha256').update(readFileSync(LOCK_FILE)).digest('hex');
  if (existsSync(MARK) && readFileSync(MARK, 'utf8') === fingerprint) return;
  const started = Date.now();
  console.log('Installing the packages of the benchmark …');
  await runOrRefuse('npm ci', npm('ci', '--prefix', FOLDER, '--no-audit', '--no-fund'), {
    progress: () => 'downloading and unpacking the peers',
  });
  writeFileSync(MARK, fingerprint);
  console.log(`Installed in ${seconds(started)}.`);
}
