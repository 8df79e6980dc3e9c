/** The lint rules that separate the parts: what each may import, and what it may not. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stopAll, temporaryFolder } from '../support/processes';

const ROOT = join(__dirname, '../..');
const BIOME = join(ROOT, 'node_modules/@biomejs/biome/bin/biome');

const CASES: [folder: string, from: string, allowed: boolean][] = [
  ['src/protocol', './errors', true],
  ['src/protocol', '../common/clock', false],
  ['src/protocol', 'class-validator', false],
  ['src/protocol', '@nestjs/common', false],
  ['src/protocol', 'node:crypto', false],
  ['src/common', '../protocol/errors', true],
  ['src/cluster', '../session/expiry-policy', false],
  ['src/session', '../cluster/throttle', true],
  ['src/fediverse', '@nestjs/common', false],
  ['src/fediverse', '../database/unit-of-work', false],
  ['src/publishing', '../app/server', false],
  ['src/app', '../index', true],
  ['src/app', '../protocol', true],
  ['src/app', '../session/session-lifecycle.service', false],
  ['src/app/pages', '../../index', true],
  ['src/app/pages', '../../http/flash', false],
  ['src/app/demo', '../../database/unit-of-work', false],
  ['examples/nest/src', 'vedfolnir', true],
  ['examples/nest/src', './notes.service', true],
  ['examples/nest/src', '../../../src/index', false],
  ['src/session', '../auth/passwords', false],
  ['src/platform', '../gateway/broadcaster', false],
  ['client/core', '../../src/protocol/events', true],
  ['client/core', '../../src/common/clock', false],
];

describe('the boundaries of the parts', () => {
  let said: string;

  /** Lints a copy of the rules with a file for each case. */
  beforeAll(() => {
    const folder = temporaryFolder();
    copyFileSync(join(ROOT, 'biome.json'), join(folder, 'biome.json'));
    for (const [index, [part, from]] of CASES.entries()) {
      const file = join(folder, part, `case-${index}.ts`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `import * as it from '${from}';\nconsole.log(it);\n`);
    }
    const args = [BIOME, 'lint', '--only=style/noRestrictedImports', '--vcs-enabled=false', '--max-diagnostics=none'];
    const { output } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
    said = output.join('');
  });
  afterAll(stopAll);

  it('are looked at in every file', () => expect(said).toContain(`Checked ${CASES.length + 1} files`));

  it.each(CASES.map((each, index) => [...each, index] as const))(
    'lets %s import %s: %s',
    (_, _from, allowed, index) => {
      expect(!said.includes(`case-${index}.ts:`)).toBe(allowed);
    },
  );
});

it('no controller takes a body that is not checked against its DTO', () => {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const controllers = files.filter((file) => file.endsWith('.controller.ts'));
  const unchecked = controllers.filter((file) => /@Body\(/.test(readFileSync(join(ROOT, 'src', file), 'utf8')));
  expect(controllers.length).toBeGreaterThan(10);
  expect(unchecked).toEqual([]);
});
