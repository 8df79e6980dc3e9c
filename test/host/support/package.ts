/** The package as `npm pack` creates it, in a separate folder next to one of the example applications. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../support/eventually';
import { launch, type Managed, temporaryFolder } from '../../support/processes';

const ROOT = join(__dirname, '../../..');
export const MODULES = join(ROOT, 'node_modules');

let packed: string | undefined;

/** @returns the folder of the unpacked package; created once per suite */
function packageFolder(): string {
  if (packed) return packed;
  const folder = temporaryFolder();
  const args = ['pack', '--ignore-scripts', '--pack-destination', folder, '--silent'];
  const file = execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8' }).trim().split('\n').at(-1)!;
  execFileSync('tar', ['-xzf', join(folder, file), '-C', folder]);
  packed = join(folder, 'package');
  return packed;
}

/** A copy of an example, where `vedfolnir` is the package and nothing of this checkout can be imported. */
export function strangersFolder(example: string): string {
  const folder = temporaryFolder();
  cpSync(join(ROOT, 'examples', example), folder, { recursive: true });
  const modules = join(folder, 'node_modules');
  mkdirSync(modules);
  for (const name of readdirSync(MODULES)) {
    if (!name.startsWith('.')) symlinkSync(join(MODULES, name), join(modules, name));
  }
  cpSync(packageFolder(), join(modules, 'vedfolnir'), { recursive: true });
  return folder;
}

/** Compiles it as its own `npm run build` does. */
export function compile(folder: string): void {
  const tsc = join(MODULES, 'typescript/bin/tsc');
  try {
    execFileSync(process.execPath, [tsc, '--project', folder], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    throw new Error((error as { stdout: string }).stdout);
  }
}

export interface Host extends Managed {
  url: string;
}

export async function startHost(folder: string, env: Record<string, string>): Promise<Host> {
  const { PATH, HOME } = process.env;
  const host = launch(process.execPath, ['dist/main.js'], {
    cwd: folder,
    env: { PATH, HOME, PORT: '0', NODE_ENV: 'test', ...env },
  });
  const announced = () => /Listening at (http:\S+)/.exec(host.output())?.[1];
  await eventually(
    () => {
      if (!host.running()) throw new Error(`The host ended:\n${host.output()}`);
      expect(announced()).toBeDefined();
    },
    { timeout: 90_000 },
  );
  return { ...host, url: announced()!.replace('[::1]', 'localhost') };
}
