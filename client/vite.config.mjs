/** One `vite build`: the script for every page, classic and as a module, and our own pages. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Each format is a build of its own: a classic script cannot share chunks with a module. */
function script(entry, format, file, { copyPublicDir = false } = {}) {
  return {
    consumer: 'client',
    build: {
      outDir: here('../dist/client'),
      emptyOutDir: false,
      sourcemap: true,
      target: 'baseline-widely-available',
      copyPublicDir,
      cssCodeSplit: false,
      modulePreload: false,
      rolldownOptions: {
        input: here(entry),
        output: { format, entryFileNames: file, assetFileNames: 'app[extname]', codeSplitting: false },
        preserveEntrySignatures: format === 'es' ? 'exports-only' : false,
      },
    },
  };
}

export default defineConfig({
  root: here('.'),
  appType: 'custom',
  logLevel: 'warn',
  environments: {
    client: script('./app/main.ts', 'iife', 'app.js', { copyPublicDir: true }),
    classic: script('./vedfolnir.ts', 'iife', 'vedfolnir.js'),
    module: script('./index.ts', 'es', 'vedfolnir.mjs'),
  },
  builder: {
    async buildApp(builder) {
      const { classic, module, client } = builder.environments;
      for (const environment of [classic, module, client]) await builder.build(environment);
    },
  },
});
