/** One `vite build`: the script for every page, classic and as a module; the elements; and our own pages. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * Modules that the elements, the composer and our pages share; of Lit's directives only `repeat`, the others are used
 * by our pages alone.
 */
const SHARED =
  /node_modules\/(lit|@lit)(?!.*directives\/(?!repeat))|client\/(elements\/([\w-]+|composer\/media-limits)|core\/(errors|storage))\.ts$|protocol\/(http|media)\.ts$/;

/** Modules that the composer and the other forms with drafts share. */
const DRAFTS =
  /node_modules\/idb-keyval|client\/elements\/composer\/(draft-(autosave|list|repository)|drafts|uuid)\.ts$/;

/** @param output options that differ between the builds */
function scripts(input, { copyPublicDir = false, ...output }) {
  return {
    consumer: 'client',
    // Only the library runs on servers, too.
    define: { 'typeof window': '"object"' },
    build: {
      outDir: here('../dist/client'),
      emptyOutDir: false,
      sourcemap: true,
      target: 'baseline-widely-available',
      // Not lowered: the fallback for light-dark() works only where our own page has defined its variables.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      copyPublicDir,
      modulePreload: false,
      rolldownOptions: {
        input,
        // The styles of the shared chunk are those of the elements.
        output: {
          assetFileNames: ({ names }) => (names[0] === 'shared.css' ? 'elements.css' : '[name][extname]'),
          ...output,
        },
        preserveEntrySignatures: output.format === 'es' ? 'exports-only' : false,
      },
    },
  };
}

/** A script in a single file: the classic script cannot share chunks with a module. */
const alone = (entry, format, file) => scripts(here(entry), { format, entryFileNames: file, codeSplitting: false });

/** The entry points of the package for browsers. */
const LIBRARY = { client: './index.ts', elements: './lib/elements.ts', react: './react/index.ts' };

/** Those that have types as well; that of Vue has nothing else. */
const TYPES = { ...LIBRARY, vue: './vue/index.ts' };

/** What an application bundles with its own scripts, which provide React. */
function library(entries) {
  const input = Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, here(path)]));
  const output = { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: 'parts/[name]-[hash].mjs' };
  const environment = { ...scripts(input, output), define: {} };
  // In library mode: chunks that are imported later must not load their styles relative to the page.
  const lib = { entry: input, formats: ['es'] };
  Object.assign(environment.build, { outDir: here('../dist/lib'), minify: false, lib, cssCodeSplit: true });
  Object.assign(environment.build.rolldownOptions, { external: ['react'], preserveEntrySignatures: 'strict' });
  return environment;
}

/**
 * The package is CommonJS, the client is ESM: a client file without exports would be treated as CommonJS and wrapped.
 */
function modulesAll() {
  const ours = here('.');
  return {
    name: 'modules-all',
    transform: (code, id) =>
      id.startsWith(ours) && id.endsWith('.ts') ? { code: `${code}\nexport {};`, map: null } : null,
  };
}

/**
 * Removes the indentation of our templates. In minified code, a line break followed by spaces occurs only in
 * templates.
 */
function withoutIndentation() {
  return {
    name: 'without-indentation',
    generateBundle(_options, bundle) {
      for (const part of Object.values(bundle))
        if (part.type === 'chunk') part.code = part.code.replace(/\n\s+/g, '\n');
    },
  };
}

/** Files that the app's pages refer to. Scripts that refer to others of this list come last. */
const PAGE_FILES = [
  'vedfolnir.js',
  'elements.css',
  'composer.css',
  'admin.css',
  'app.css',
  'icon.svg',
  'keyboard-help.mjs',
  'composer.mjs',
  'app.mjs',
];

/**
 * Copies the files of our own pages to names with a content hash, which browsers cache for a year. Host applications
 * use the plain names. `pages.json` maps plain names to hashed ones.
 */
function nameByContent(folder) {
  const names = {};
  const shared = readdirSync(join(folder, 'parts')).find((name) => /^shared-.*\.mjs$/.test(name));
  for (const file of PAGE_FILES) {
    let content = readFileSync(join(folder, file), 'utf8');
    for (const [plain, named] of Object.entries(names)) {
      content = content.replaceAll(`/client/${plain}`, `/client/${named}`).replaceAll(`"${plain}"`, `"${named}"`);
    }
    const hash = createHash('sha256').update(content).digest('base64url').slice(0, 8);
    names[file] = file.replace(/\.(\w+)$/, `-${hash}.$1`);
    writeFileSync(join(folder, names[file]), content);
  }
  writeFileSync(join(folder, 'pages.json'), JSON.stringify({ ...names, 'shared.mjs': `parts/${shared}` }));
}

/** Writes compressed copies beside each file, so that the server does not compress on each request. */
function compress(folder) {
  for (const file of readdirSync(folder, { recursive: true })) {
    if (!/\.(js|mjs|css|svg)$/.test(file)) continue;
    const path = join(folder, file);
    const content = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(content));
  }
}

export default defineConfig({
  root: here('.'),
  // The path on the server: chunks that are loaded later find their styles by it.
  base: '/client/',
  appType: 'custom',
  logLevel: 'warn',
  plugins: [modulesAll(), withoutIndentation()],
  environments: {
    client: scripts(
      {
        elements: here('./elements/index.ts'),
        composer: here('./elements/composer/composer.ts'),
        drafts: here('./elements/composer/drafts.ts'),
        'post-edit': here('./elements/composer/post-edit.ts'),
        app: here('./app/main.ts'),
        'keyboard-help': here('./app/keyboard-help.ts'),
      },
      {
        format: 'es',
        entryFileNames: '[name].mjs',
        // A file that imports minified exports of another must get exactly the version that it was built with.
        chunkFileNames: 'parts/[name]-[hash].mjs',
        copyPublicDir: true,
        codeSplitting: {
          groups: [
            { name: 'shared', test: SHARED },
            { name: 'drafts', test: DRAFTS },
          ],
        },
      },
    ),
    classic: alone('./vedfolnir.ts', 'iife', 'vedfolnir.js'),
    module: alone('./index.ts', 'es', 'vedfolnir.mjs'),
    session: alone('./session.ts', 'es', 'session.mjs'),
    purify: alone('./purify.ts', 'es', 'purify.mjs'),
    domains: alone('./domains.ts', 'es', 'domains.mjs'),
    htmx: alone('./htmx.ts', 'iife', 'htmx.js'),
    lib: library(LIBRARY),
  },
  builder: {
    async buildApp(builder) {
      // Removes old files, whose hashed names differ.
      for (const folder of ['client', 'lib']) rmSync(here(`../dist/${folder}`), { recursive: true, force: true });
      for (const environment of Object.values(builder.environments)) await builder.build(environment);
      for (const [name, path] of Object.entries(TYPES)) {
        // `tsc` writes the types, in the folder structure of the sources.
        const types = path.replace(/^\.\/(.*)\.ts$/, './types/client/$1');
        writeFileSync(here(`../dist/lib/${name}.d.ts`), `export * from '${types}';\n`);
      }
      nameByContent(here('../dist/client'));
      compress(here('../dist/client'));
    },
  },
});
