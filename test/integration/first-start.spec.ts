/** Several that start together in an empty folder: all of them encrypt with the same key. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../support/processes';
import { FULL } from '../support/scale';

const CONFIG = join(__dirname, '../../dist/src/settings/environment.js');
const STARTERS = 8;
const ROUNDS = FULL ? 3 : 1;

it(`makes one key for ${STARTERS} that start at the same moment`, async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const cwd = temporaryFolder();
    const at = Date.now() + 1500;
    const script = `
      const { loadConfig } = require(${JSON.stringify(CONFIG)});
      while (Date.now() < ${at});
      process.stdout.write(loadConfig({ NODE_ENV: 'test' }).encryptionKeys[0].toString('base64'));`;
    const starts = Array.from({ length: STARTERS }, () =>
      promisify(execFile)(process.execPath, ['-e', script], { cwd }),
    );
    const keys = new Set((await Promise.all(starts)).map(({ stdout }) => stdout));
    expect([...keys]).toEqual([readFileSync(join(cwd, 'data/encryption.key'), 'utf8')]);
    expect(readdirSync(join(cwd, 'data'))).toEqual(['encryption.key']);
  }
});
