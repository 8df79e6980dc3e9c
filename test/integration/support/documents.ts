/** Runs the commands of the documents, exactly as written, in a folder of their own. */
import { execFile } from 'node:child_process';
import { readFileSync, symlinkSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { findBinary } from '../../../scripts/lib/binaries.cjs';
import { eventually } from '../../support/eventually';
import { launch, type Managed, temporaryFolder } from '../../support/processes';

const ROOT = join(__dirname, '../../..');

/** The code blocks between ```sh and ```. */
export const blocksOf = (file: string) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1]!);
export const isServer = (block: string) => block.includes('dist/src/app/main.js');

/** A checkout that is installed and built, without data; every command runs in it. */
export function installation(replacements: Record<string, string>) {
  const cwd = temporaryFolder();
  for (const name of ['package.json', 'node_modules', 'dist']) symlinkSync(join(ROOT, name), join(cwd, name));
  const { HOME, PATH } = process.env;
  // mariadb-dump is in the same folder as the MariaDB tools of the suite.
  const path = [PATH, dirname(findBinary('mariadb-install-db') ?? '')].join(delimiter);
  const env = { HOME, PATH: path, PORT: replacements.PORT, LOG_LEVEL: 'warn' };
  const functions: string[] = [];
  const script = (block: string) =>
    Object.entries(replacements).reduce((text, [from, to]) => text.replaceAll(from, to), block);
  let server: Managed | null = null;
  return {
    cwd,
    run: async (block: string) => {
      if (/^\w+\(\)/.test(block)) functions.push(block);
      const text = ['set -e', ...functions, script(block)].join('\n');
      return (await promisify(execFile)('bash', ['-c', text], { cwd, env })).stdout;
    },
    start: async (block: string) => {
      const started = launch('bash', ['-c', `exec ${script(block)}`], { cwd, env });
      server = started;
      await eventually(() => expect(started.output()).toContain('Vedfolnir is ready at'), { timeout: 60_000 });
    },
    stop: async () => expect(await server?.stop()).toBe(0),
  };
}
