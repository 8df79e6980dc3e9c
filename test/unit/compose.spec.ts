/** Checks the deployment files against the Compose Specification and each other; Docker is not needed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { SETTINGS } from '../../src/settings/misspelt';

interface Compose {
  services: Record<
    string,
    {
      environment?: Record<string, string>;
      env_file?: string;
      volumes?: string[];
      build?: string;
      depends_on?: object;
      healthcheck?: object;
    }
  >;
  volumes?: Record<string, unknown>;
}

const ROOT = join(__dirname, '../..');
const read = (name: string): string => readFileSync(join(ROOT, name), 'utf8');

const text = read('docker-compose.yml');
const compose = parse(text, { merge: true }) as Compose;
const services = Object.entries(compose.services);
const nodes = services.filter(([, service]) => service.build);
const documented = new Set([...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]));

describe('docker-compose.yml', () => {
  it('follows the Compose Specification', () => {
    const schema = JSON.parse(read('test/support/compose-spec.json'));
    // Ajv knows draft 7 by its http address only; the schema's formats (durations, addresses) are specific to Compose.
    const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
    const validate = ajv.compile({ ...schema, $schema: 'http://json-schema.org/draft-07/schema#' });
    validate(compose);
    expect(validate.errors ?? []).toEqual([]);
    expect(validate({ ...compose, services: { app: { imagee: 'x' } } })).toBe(false);
  });

  it('sets and asks for documented variables only', () => {
    const asked = [...text.matchAll(/(?<!\$)\$\{([A-Z_]+)/g)].map((match) => match[1]);
    const set = nodes.flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect([...asked, ...set].filter((name) => !documented.has(name))).toEqual([]);
  });

  it('holds no secret, and does not start without one', () => {
    for (const name of ['ENCRYPTION_KEYS', 'MYSQL_PASSWORD', 'REDIS_PASSWORD', 'PUBLIC_ORIGIN']) {
      expect(text).toContain(`\${${name}:?`);
      expect(text).not.toMatch(new RegExp(`\\$\\{${name}(:?-[^}]|\\})`));
    }
  });

  it('refers to files, volumes and services that are there', () => {
    for (const [, { volumes = [], depends_on = {}, build, healthcheck }] of services) {
      for (const source of volumes.map((volume) => volume.split(':')[0] ?? '')) {
        expect(source.startsWith('.') ? existsSync(join(ROOT, source)) : source in (compose.volumes ?? {})).toBe(true);
      }
      for (const name of Object.keys(depends_on)) {
        // `condition: service_healthy` never becomes true for a service without a healthcheck; the nodes' is in the
        // image.
        expect(compose.services[name]?.healthcheck ?? compose.services[name]?.build).toBeDefined();
      }
      expect(build ? existsSync(join(ROOT, build, 'Dockerfile')) : healthcheck).toBeTruthy();
    }
    expect(read('Dockerfile')).toContain('HEALTHCHECK');
  });

  it('is what nginx passes on to', () => {
    const upstream = [...read('docker/nginx.conf').matchAll(/^\s*server ([\w-]+):3000 /gm)].map((match) => match[1]);
    // Once each for requests, uploads and sockets.
    const names = nodes.map(([name]) => name);
    expect(upstream).toEqual([...names, ...names, ...names]);
  });
});

describe('Dockerfile', () => {
  it('copies what .dockerignore lets through', () => {
    const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map((match) => match[1]);
    const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap((match) =>
      (match[1] ?? '').split(' '),
    );
    expect([...copied].sort()).toEqual([...allowed].sort());
  });
});

describe('.env.example', () => {
  it('has every setting that the server reads, and each is known where names are checked', () => {
    const asked = [...read('src/settings/settings.ts').matchAll(/(?:\benv\.|duration\(')([A-Z_]+)/g)].map(
      (match) => match[1],
    );
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((name) => !(SETTINGS as readonly string[]).includes(name ?? ''))).toEqual([]);
    expect(SETTINGS.filter((name) => name !== 'NODE_ENV' && !documented.has(name))).toEqual([]);
  });

  it('reaches the nodes whole', () => {
    for (const [, { env_file }] of nodes) expect(env_file).toBe('.env');
  });
});
