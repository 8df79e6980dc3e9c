/**
 * Build step: generates JSON schemas of REST answers and socket messages from the TypeScript types shared by server and
 * client. `src/openapi/openapi.ts` and `asyncapi.ts` include them in their documents.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { createGenerator } from 'ts-json-schema-generator';
import ts from 'typescript';
import { ROOT } from './lib/run.mjs';

const SOURCE = join(ROOT, 'src');
const TARGET = join(ROOT, 'dist/src/openapi/wire-schemas.json');
/** Generic types to unwrap from the type of an answer. */
const WRAPPERS = new Set(['Promise', 'JsonText']);
const ROUTE = /^(Get|Post|Put|Patch|Delete)$/;

const parse = (file) => ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
const nameOf = (decorator) => decorator.expression.expression?.text;

/** Collects all types to describe as declarations of one module. */
class Declarations {
  imports = new Map();
  types = [];

  /** @param type as it is written in `source` */
  add(name, type, source) {
    this.types.push(`export type ${name} = ${type};`);
    const used = new Set(type.match(/\b[A-Z]\w*/g));
    for (const { importClause, moduleSpecifier } of source.statements.filter(ts.isImportDeclaration)) {
      if (!moduleSpecifier.text.startsWith('.')) continue;
      for (const { name: imported } of importClause?.namedBindings?.elements ?? []) {
        if (used.has(imported.text)) this.use(imported.text, resolve(dirname(source.fileName), moduleSpecifier.text));
      }
    }
    for (const statement of source.statements) {
      const declared = statement.name?.text;
      if (ts.canHaveModifiers(statement) && used.has(declared)) this.use(declared, source.fileName.slice(0, -3));
    }
  }

  use(name, file) {
    this.imports.set(name, `import type { ${name} } from '${file}';`);
  }

  toString() {
    return [...this.imports.values(), ...this.types].join('\n');
  }
}

function addAnswers(declarations) {
  const files = readdirSync(SOURCE, { recursive: true }).filter((file) => file.endsWith('.controller.ts'));
  for (const source of files.map((file) => parse(join(SOURCE, file)))) {
    for (const controller of source.statements.filter(ts.isClassDeclaration)) {
      for (const method of controller.members.filter(ts.isMethodDeclaration)) {
        const isRoute = (ts.getDecorators(method) ?? []).some((decorator) => ROUTE.test(nameOf(decorator) ?? ''));
        if (!isRoute || !method.type) continue;
        const isWrapped = WRAPPERS.has(method.type.typeName?.text);
        const type = isWrapped ? method.type.typeArguments[0] : method.type;
        if (type.kind === ts.SyntaxKind.VoidKeyword) continue;
        declarations.add(`${controller.name.text}_${method.name.text}`, type.getText(), source);
      }
    }
  }
}

/** `Event_…`: sent by the server; `Message_…`: sent by a client; `Reply_…`: the acknowledgement. */
function addEvents(declarations) {
  const source = parse(join(SOURCE, 'protocol/events.ts'));
  const membersOf = (name) => source.statements.find((each) => each.name?.text === name).members;
  const identifier = (member) => member.name.text.replace(':', '_');
  for (const member of membersOf('ServerToClientEvents')) {
    declarations.add(`Event_${identifier(member)}`, member.type.parameters[0].type.getText(), source);
  }
  for (const member of membersOf('ClientToServerEvents')) {
    const [payload, acknowledge] = member.type.parameters;
    declarations.add(`Message_${identifier(member)}`, payload.type.getText(), source);
    declarations.add(`Reply_${identifier(member)}`, acknowledge.type.parameters[0].type.getText(), source);
  }
  declarations.add('Handshake', 'HandshakeAuth', source);
}

/** All times on the wire are ISO 8601. */
function withFormats(schema) {
  return JSON.parse(JSON.stringify(schema).replaceAll('#/definitions/', '#/components/schemas/'), (_, value) => {
    for (const [name, property] of Object.entries(value?.properties ?? {})) {
      if (/(^|_)(at|time)$/.test(name) && [property.type].flat().includes('string')) property.format = 'date-time';
    }
    return value;
  });
}

const declarations = new Declarations();
addAnswers(declarations);
addEvents(declarations);

const folder = mkdtempSync(join(tmpdir(), 'vedfolnir-wire-'));
try {
  const path = join(folder, 'wire.ts');
  writeFileSync(path, String(declarations));
  const generator = createGenerator({
    path,
    tsconfig: join(ROOT, 'tsconfig.build.json'),
    type: '*',
    additionalProperties: true,
    encodeRefs: false,
    skipTypeCheck: true,
  });
  const { definitions } = generator.createSchema('*');
  writeFileSync(TARGET, JSON.stringify(withFormats(definitions)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
