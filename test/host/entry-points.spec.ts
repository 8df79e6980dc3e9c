/**
 * The entry points of the package, as a host application imports them: in Node, where there is no page, and with
 * types.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../../package.json';
import { temporaryFolder } from '../support/processes';
import { compile, strangersFolder } from './support/package';

let folder: string;

beforeAll(() => {
  folder = strangersFolder('nest');
});

const inNode = (code: string) =>
  execFileSync(process.execPath, ['--input-type=module', '--eval', code], { cwd: folder, encoding: 'utf8' });

/** Those of types alone cannot be imported. */
const modules = Object.entries(manifest.exports).filter(
  ([, target]) => typeof target === 'object' && 'default' in target,
);

it.each(modules)('%s can be imported in Node, and ends by itself', (name) => {
  const specifier = name.replace('.', 'vedfolnir');
  const count = `console.log(Object.keys(await import(${JSON.stringify(specifier)})).length)`;
  expect(Number(inNode(count))).toBeGreaterThan(0);
});

it('is built before it is packed', () => {
  const checkout = temporaryFolder();
  const build = `node -e "fs.mkdirSync('dist/src', {recursive: true}); fs.writeFileSync('dist/src/index.js', '')"`;
  const scripts = { ...manifest.scripts, build };
  writeFileSync(join(checkout, 'package.json'), JSON.stringify({ ...manifest, scripts }));
  const options = { cwd: checkout, encoding: 'utf8', stdio: 'pipe' } as const;
  expect(execFileSync('npm', ['pack', '--dry-run', '--json'], options)).toContain('"dist/src/index.js"');
});

it('has a session in Node that nobody is signed in to', () => {
  const code = `import { sessionSync } from 'vedfolnir/client'; console.log(sessionSync.getState());`;
  expect(inNode(code)).toBe('null\n');
});

it('has its files where it says', () => {
  const files = `import { existsSync } from 'node:fs'; import { fileURLToPath } from 'node:url';
    for (const name of ['elements.css', 'composer.css', 'package.json'])
      console.log(existsSync(fileURLToPath(import.meta.resolve('vedfolnir/' + name))));`;
  expect(inNode(files)).toBe('true\ntrue\ntrue\n');
});

it('types events, elements and their tags in JSX and in templates of Vue', () => {
  const files = ['typed-page.tsx', 'typed-templates.ts'];
  for (const file of files) cpSync(join(__dirname, 'pages', file), join(folder, file));
  const compilerOptions = {
    target: 'es2023',
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    lib: ['es2023', 'dom', 'dom.iterable'],
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
  compile(folder);
});
