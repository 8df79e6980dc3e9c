/** `npm run api`: writes the public interface of what is built to `docs/api/`, for `npm run check` to compare. */
import { ensureBuild, ensurePackages, requireNode } from './lib/prepare.mjs';

requireNode();
await ensurePackages();
await ensureBuild();
// Installed by now.
const { checkApi } = await import('./lib/api-report.mjs');
const { code, output } = checkApi({ write: true });
if (output) console.error(output);
process.exit(code);
