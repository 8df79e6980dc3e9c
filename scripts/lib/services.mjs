/** Ensures that the programs required by the tests are installed. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { findBinary } from './binaries.cjs';
import { refuse, runOrRefuse, runQuietly, seconds } from './run.mjs';

const NEEDS = [
  { programs: ['mariadbd', 'mariadb-install-db'], packages: ['mariadb-server'], replacedBy: 'DATABASE_URL' },
  { programs: ['redis-server'], packages: ['redis-server'], replacedBy: 'REDIS_URL' },
  { programs: ['nginx'], packages: ['nginx-light'] },
  { programs: ['caddy'], packages: ['caddy'] },
  { programs: ['chromium'], packages: ['chromium', 'chromium-headless-shell', 'fonts-dejavu-core'] },
  { programs: ['firefox-esr'], packages: ['firefox-esr'] },
  { programs: ['WebKitWebDriver', 'Xvfb'], packages: ['webkit2gtk-driver', 'xvfb'] },
];

/** Debian runs this file before a package starts or restarts a service; exit code 101 means "not allowed". */
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

const missing = () =>
  NEEDS.filter(({ programs, replacedBy }) => !programs.every(findBinary) && !process.env[replacedBy ?? '']);

function canInstall() {
  const system = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return process.getuid?.() === 0 && /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(system);
}

/** Prevents packages from starting or restarting services: the tests start temporary servers themselves. */
async function withoutStartingServices(work) {
  const ours = !existsSync(SERVICE_POLICY);
  const lift = () => ours && rmSync(SERVICE_POLICY, { force: true });
  if (ours) writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  process.once('exit', lift);
  await work();
  process.off('exit', lift);
  lift();
}

async function install(packages) {
  const started = Date.now();
  console.log(`Installing ${packages.join(', ')} for the tests …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  await withoutStartingServices(async () => {
    // A failed update, for example of one source, is ignored: the install reports packages that are missing.
    await runQuietly(['apt-get', 'update', '-q'], { env, progress: () => 'reading package lists' });
    const command = ['apt-get', 'install', '-y', '-q', '--no-install-recommends', '--no-upgrade', ...packages];
    await runOrRefuse('apt-get install', command, { env, progress: () => 'installing packages of the system' });
  });
  console.log(`Installed in ${seconds(started)}.`);
}

/** Installs missing packages on Debian and Ubuntu (as root); otherwise prints what to install, and exits. */
export async function ensureServices() {
  if (missing().length > 0 && canInstall()) await install(missing().flatMap((need) => need.packages));
  const left = missing();
  if (left.length === 0) return;
  const programs = left.flatMap((need) => need.programs.filter((program) => !findBinary(program)));
  const instead = left.flatMap((need) => need.replacedBy ?? []);
  refuse(
    `The tests need ${programs.join(', ')} on the PATH: install ${left.flatMap((need) => need.packages).join(', ')}` +
      `${instead.length > 0 ? `, or set ${instead.join(' and ')}` : ''}.`,
  );
}
