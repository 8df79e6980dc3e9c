/** Writes a script with all its imports to stdout. In a process of its own, which can load vite. */
import { build } from 'vite';

const { output } = await build({
  configFile: false,
  logLevel: 'error',
  define: { 'process.env.NODE_ENV': '"production"' },
  build: { write: false, modulePreload: false, rolldownOptions: { input: process.argv[2] } },
});
process.stdout.write(output[0].code);
