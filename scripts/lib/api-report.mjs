/** Reports the public interface of the package, one file per entry point, so that changes appear in a diff. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { ROOT } from './run.mjs';

const FOLDER = join(ROOT, 'docs/api');

/** @returns name and declaration file of each entry point with types */
function entryPoints() {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, { types }]) => types)
    .map(([path, { types }]) => [path === '.' ? 'vedfolnir' : path.slice(2), join(ROOT, types)]);
}

function extract(name, types, write, say) {
  const isForBrowser = types.startsWith(join(ROOT, 'dist/lib'));
  const configObject = {
    projectFolder: ROOT,
    mainEntryPointFilePath: types,
    compiler: {
      tsconfigFilePath: join(ROOT, isForBrowser ? 'client/tsconfig.json' : 'tsconfig.json'),
      skipLibCheck: true,
    },
    apiReport: {
      enabled: true,
      reportFileName: `${name}.api.md`,
      reportFolder: FOLDER,
      reportTempFolder: join(ROOT, 'dist/api'),
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    newlineKind: 'lf',
    messages: {
      compilerMessageReporting: { default: { logLevel: 'none' } },
      extractorMessageReporting: { default: { logLevel: 'none' } },
      tsdocMessageReporting: { default: { logLevel: 'none' } },
    },
  };
  const config = ExtractorConfig.prepare({
    configObject,
    configObjectFullPath: undefined,
    packageJsonFullPath: join(ROOT, 'package.json'),
  });
  const result = Extractor.invoke(config, {
    localBuild: write,
    messageCallback: (message) => {
      if (message.logLevel === 'error') say(message.text);
      message.handled = true;
    },
  });
  return !result.apiReportChanged || write;
}

/**
 * Compares the interface of the build with `docs/api/`, or writes it there.
 * @returns exit code and output, as `runQuietly`
 */
export function checkApi({ write = false } = {}) {
  const output = [];
  const changed = entryPoints().filter(([name, types]) => !extract(name, types, write, (line) => output.push(line)));
  for (const [name] of changed) {
    output.push(`The interface of "${name}" differs from docs/api/${name}.api.md: "npm run api" updates that file.`);
  }
  for (const [name] of entryPoints()) {
    const untyped = readFileSync(join(FOLDER, `${name}.api.md`), 'utf8').match(/^.*\bany\b.*$/m);
    if (untyped) output.push(`The interface of "${name}" says "any": ${untyped[0].trim()}`);
  }
  return { code: output.length > 0 ? 1 : 0, output: output.join('\n') };
}
