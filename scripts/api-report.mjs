/** `npm run api`: writes the public interface of the build to `docs/api/`, which `npm run check` compares. */
import { ensureBuild, ensurePackages, requireNode } from './lib/prepare.mjs';

requireNode();
await ensurePackages();
await ensureBuild();
// Imported dynamically, because the packages may have been installed just now.
const { checkApi } = await import('./lib/api-report.mjs');
const { code, output } = checkApi({ write: true });
if (output) console.error(output);
process.exit(code);
