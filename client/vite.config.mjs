/** One `vite build`: the script for every page, classic and as a module; the elements; and our own pages. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @param output what tells one of the builds from the others */
function scripts(input, { copyPublicDir = false, ...output }) {
  return {
    consumer: 'client',
    build: {
      outDir: here('../dist/client'),
      emptyOutDir: false,
      sourcemap: true,
      target: 'baseline-widely-available',
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

/** We speak WebSocket alone: what engine.io brings for browsers without it stays out of every page. */
const oneTransport = {
  name: 'one-transport',
  load(id) {
    if (!id.endsWith('/engine.io-client/build/esm/transports/index.js')) return null;
    return "import { WS } from './websocket.js'; export const transports = { websocket: WS };";
  },
};

export default defineConfig({
  plugins: [oneTransport],
  root: here('.'),
  appType: 'custom',
  logLevel: 'warn',
  plugins: [websocketOnly(), iconSprite()],
  environments: {
    client: script('./app/main.ts', 'iife', 'app.js', { copyPublicDir: true }),
    classic: script('./vedfolnir.ts', 'iife', 'vedfolnir.js'),
    module: script('./index.ts', 'es', 'vedfolnir.mjs'),
    purify: script('./purify.ts', 'es', 'purify.mjs'),
  },
  builder: {
    async buildApp(builder) {
      const { classic, module, purify, client } = builder.environments;
      for (const environment of [classic, module, purify, client]) await builder.build(environment);
    },
  },
});
