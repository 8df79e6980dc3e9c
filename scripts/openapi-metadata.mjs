/**
 * Build step: collects what @nestjs/swagger reads from DTOs and controllers (types, constraints, comments) into one
 * module. Written into each of them by Nest's compiler plugin, it would load @nestjs/swagger with every server.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PluginMetadataGenerator } from '@nestjs/cli/lib/compiler/plugins/plugin-metadata-generator.js';
import { ReadonlyVisitor } from '@nestjs/swagger/plugin';
import ts from 'typescript';
import { ROOT } from './lib/run.mjs';

const TARGET = join(ROOT, 'dist/src/openapi/openapi-metadata.js');
/** Not in the npm package, whose hosts serve the description too; pages are not described. */
const APP = join(ROOT, 'src/app/');

const program = ReadonlyVisitor.createTsProgram(join(ROOT, 'tsconfig.build.json'));

const folder = mkdtempSync(join(tmpdir(), 'vedfolnir-openapi-'));
try {
  new PluginMetadataGenerator().generate({
    visitors: [
      new ReadonlyVisitor({
        dtoFileNameSuffix: ['.dto.ts'],
        controllerFileNameSuffix: ['.controller.ts'],
        introspectComments: true,
        pathToSource: join(ROOT, 'src/openapi'),
      }),
    ],
    outputDir: folder,
    tsProgramRef: {
      ...program,
      getSourceFiles: () => program.getSourceFiles().filter(({ fileName }) => !fileName.startsWith(APP)),
    },
  });
  const metadata = readFileSync(join(folder, 'metadata.ts'), 'utf8');
  const { outputText } = ts.transpileModule(metadata, {
    compilerOptions: { module: ts.ModuleKind.Node20, target: ts.ScriptTarget.ES2023 },
    fileName: 'metadata.cts',
  });
  writeFileSync(TARGET, outputText);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
