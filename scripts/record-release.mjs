/**
 * After a release: stores its built server, which the test of a rolling upgrade runs beside the next version
 * (test/integration/rolling-upgrade.spec.ts).
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './lib/run.mjs';

const archive = join(ROOT, 'test/fixtures/release-before.tgz');
const left = ['*.map', '*.d.ts', 'pictures'].map((name) => `--exclude=${name}`);

execFileSync('tar', ['-czf', archive, ...left, '-C', ROOT, 'package.json', 'dist/src', 'dist/ormconfig.js']);
console.log(`Recorded in ${archive}`);
