/** The package's entry points for browsers, as an application's bundler, server and compiler load them. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(__dirname, '../..');
const LIBRARY = join(ROOT, 'dist/lib');

it('can be imported and rendered on a server, where nobody is signed in', async () => {
  const script = `
    import { createElement } from 'react';
    import { renderToString } from 'react-dom/server';
    const { sessionSync } = await import('${LIBRARY}/client.mjs');
    const { usePlatform, useSession } = await import('${LIBRARY}/react.mjs');
    const Page = () => String(useSession()) + usePlatform();
    console.log(sessionSync.getState(), renderToString(createElement(Page)));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { cwd: ROOT });
  expect(stdout.trim()).toBe('null nullnull');
});

it('tells a compiler of its events and its state', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedfolnir-types-'));
  const source = join(folder, 'page.ts');
  writeFileSync(
    source,
    `import { sessionSync } from '${LIBRARY}/client';
    import { usePlatform } from '${LIBRARY}/react';
    window.addEventListener('platformSwitched', ({ detail }) => detail.platformId satisfies number | null);
    window.addEventListener('appMessage', ({ detail }) => detail.name satisfies string);
    document.addEventListener('sessionUpdated', ({ detail }) => detail.user.username satisfies string);
    export const undo: () => void = sessionSync.subscribe(() => {});
    export const name: string | undefined = usePlatform()?.name;
    // @ts-expect-error: there is no such field
    window.addEventListener('platformSwitched', ({ detail }) => detail.nothing);`,
  );
  const options = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--target',
    'es2022',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
  ];
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [tsc, ...options, '--lib', 'es2023,dom,dom.iterable', source]).catch(
    (error: { stdout: string }) => error,
  );
  rmSync(folder, { recursive: true });
  expect(stdout).toBe('');
});
