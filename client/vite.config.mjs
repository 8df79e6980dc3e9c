/** One `vite build`: the script for every page, classic and as a module; the elements; and our own pages. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** What the elements, the composer and our pages have in common; the directives of Lit are for our pages alone. */
const SHARED =
  /node_modules\/(lit|@lit)(?!.*directive)|client\/(elements\/[\w-]+|core\/(errors|storage))\.ts$|protocol\/http\.ts$/;

/** @param output what tells one of the builds from the others */
function scripts(input, { copyPublicDir = false, ...output }) {
  return {
    consumer: 'client',
    build: {
      outDir: here('../dist/client'),
      emptyOutDir: false,
      sourcemap: true,
      target: 'baseline-widely-available',
      // As they are written: light-dark() taken apart works only where our own page has set the scene for it.
      cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
      copyPublicDir,
      modulePreload: false,
      rolldownOptions: {
        input,
        output: { assetFileNames: '[name][extname]', ...output },
        preserveEntrySignatures: output.format === 'es' ? 'exports-only' : false,
      },
    },
  };
}

/** One script in one file: the classic one cannot share chunks with a module. */
const alone = (entry, format, file) => scripts(here(entry), { format, entryFileNames: file, codeSplitting: false });

/** The package is CommonJS, the client is not: one of its files that exports nothing would be taken for it, and wrapped. */
function modulesAll() {
  const ours = here('.');
  return {
    name: 'modules-all',
    transform: (code, id) =>
      id.startsWith(ours) && id.endsWith('.ts') ? { code: `${code}\nexport {};`, map: null } : null,
  };
}

/** Our templates are indented for those who read them. In what is minified, such spaces stand in templates alone. */
function withoutIndentation() {
  return {
    name: 'without-indentation',
    generateBundle(_options, bundle) {
      for (const part of Object.values(bundle))
        if (part.type === 'chunk') part.code = part.code.replace(/\n\s+/g, '\n');
    },
  };
}

/** Beside each file what is sent of it: the server need not pack it anew for everybody. */
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
  appType: 'custom',
  logLevel: 'warn',
  plugins: [modulesAll(), withoutIndentation()],
  environments: {
    client: scripts(
      {
        elements: here('./elements/index.ts'),
        composer: here('./elements/composer/composer.ts'),
        drafts: here('./elements/composer/drafts.ts'),
        app: here('./app/main.ts'),
      },
      {
        format: 'es',
        entryFileNames: '[name].mjs',
        chunkFileNames: 'parts/[name].mjs',
        copyPublicDir: true,
        codeSplitting: { groups: [{ name: 'elements', test: SHARED }] },
      },
    ),
    classic: alone('./vedfolnir.ts', 'iife', 'vedfolnir.js'),
    module: alone('./index.ts', 'es', 'vedfolnir.mjs'),
    session: alone('./session.ts', 'es', 'session.mjs'),
    purify: alone('./purify.ts', 'es', 'purify.mjs'),
  },
  builder: {
    async buildApp(builder) {
      const { classic, module, session, purify, client } = builder.environments;
      for (const environment of [classic, module, session, purify, client]) await builder.build(environment);
      compress(here('../dist/client'));
    },
  },
});
