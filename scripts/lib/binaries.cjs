/** Finds the programs that the tests need. Shared by the scripts and test/support. */
const { accessSync, constants } = require('node:fs');
const { delimiter, join } = require('node:path');

/** Debian installs servers in sbin, which is not on the PATH of ordinary users. */
const EXTRA_FOLDERS = ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin', '/snap/bin'];

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const NAMES = {
  mariadbd: ['mariadbd'],
  'mariadb-install-db': ['mariadb-install-db'],
  'redis-server': ['redis-server'],
  nginx: ['nginx'],
  caddy: ['caddy'],
  'firefox-esr': ['firefox-esr', 'firefox'],
  WebKitWebDriver: ['WebKitWebDriver'],
  Xvfb: ['Xvfb'],
  chromium: CHROMIUM,
  // The same engine without a window system, with a third of the processor time.
  'chromium-headless-shell': ['chromium-headless-shell', 'chrome-headless-shell', ...CHROMIUM],
};

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns the full path of a program (a key of NAMES), or null */
function findBinary(program) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...EXTRA_FOLDERS].filter(Boolean);
  for (const name of NAMES[program]) {
    const folder = folders.find((each) => isProgram(join(each, name)));
    if (folder) return join(folder, name);
  }
  return null;
}

module.exports = { findBinary };
