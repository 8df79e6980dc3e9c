/** Writes a page of `examples/frameworks` to stdout: its script, and what a server renders of it. In a process that can load vite. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from 'svelte/compiler';
import { build, createServer } from 'vite';

const name = process.argv[2];
const root = fileURLToPath(new URL(`../../../examples/frameworks/${name}`, import.meta.url));

const svelte = {
  name: 'svelte',
  transform: (code, id) =>
    id.endsWith('.svelte') ? { code: compile(code, { filename: id }).js.code, map: null } : null,
};

const common = {
  root,
  configFile: false,
  logLevel: 'error',
  plugins: [svelte],
  // As in production, also where the tests' own NODE_ENV says otherwise.
  oxc: { jsx: { runtime: 'automatic', development: false } },
  resolve: { alias: { vue: 'vue/dist/vue.esm-bundler.js' } },
};

async function render() {
  if (!existsSync(`${root}/page.jsx`)) return '';
  const server = await createServer({
    ...common,
    appType: 'custom',
    server: { middlewareMode: true, hmr: false, ws: false },
  });
  const { Page } = await server.ssrLoadModule('/page.jsx');
  const [{ renderToString }, { createElement }] = await Promise.all([import('react-dom/server'), import('react')]);
  const html = renderToString(createElement(Page));
  await server.close();
  return html;
}

const input = ['main.jsx', 'main.mjs'].map((file) => `${root}/${file}`).find(existsSync);
const { output } = await build({
  ...common,
  define: { 'process.env.NODE_ENV': '"production"', __VUE_PROD_DEVTOOLS__: 'false', __VUE_OPTIONS_API__: 'true' },
  build: {
    write: false,
    modulePreload: false,
    target: 'baseline-widely-available',
    rolldownOptions: { input, output: { codeSplitting: false } },
  },
});
const code = output.find(({ type }) => type === 'chunk').code;
process.stdout.write(JSON.stringify({ code, html: await render() }));
