/** Runs nginx with our configuration in front of the test's nodes. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findBinary } from '../../scripts/lib/binaries.cjs';
import { eventually } from './eventually';
import { freePort, launch, temporaryFolder } from './processes';

export interface Nginx {
  url: string;
  port: number;
  stop(): Promise<unknown>;
  /** The error log, including upstream errors. */
  errors(): string;
}

const CONFIGURATION = join(__dirname, '../../docker/nginx.conf');

/** @param terminator the address whose X-Forwarded-* headers are trusted */
export async function startNginx(ports: readonly number[], terminator = '127.0.0.9'): Promise<Nginx> {
  const binary = findBinary('nginx');
  if (!binary) throw new Error('nginx is not installed: this suite cannot run without it. `npm test` installs it.');
  const folder = temporaryFolder();
  const port = await freePort();
  for (const name of ['logs', 'temp']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'server.conf'), configurationFor(ports, port, terminator));
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const main = [
    // A single process, so that a signal ends all of it.
    'daemon off; master_process off; pid nginx.pid; error_log logs/error.log warn;',
    'events { worker_connections 4096; }',
    `http { access_log off; ${kinds.map((kind) => `${kind}_temp_path temp/${kind};`).join(' ')} include server.conf; }`,
  ];
  writeFileSync(join(folder, 'nginx.conf'), main.join('\n'));
  const nginx = launch(binary, ['-p', folder, '-c', 'nginx.conf', '-e', 'logs/error.log'], { isService: true });
  const url = `http://127.0.0.1:${port}`;
  await eventually(async () => {
    if (!nginx.running()) throw new Error(`nginx ended: ${nginx.output()}`);
    await fetch(`${url}/metrics`);
  });
  return { url, port, stop: () => nginx.stop(), errors: () => readFileSync(join(folder, 'logs/error.log'), 'utf8') };
}

/**
 * Our configuration, with the variables that the nginx image substitutes, and with these nodes instead of Compose's
 * two.
 */
function configurationFor(ports: readonly number[], port: number, terminator: string): string {
  const text = readFileSync(CONFIGURATION, 'utf8').replaceAll(/\$\{TLS_TERMINATOR\}/g, terminator);
  return text
    .replace('listen 80;', `listen 127.0.0.1:${port};`)
    .replaceAll(/^ {2}server node-b:3000.*\n/gm, '')
    .replaceAll(/^ {2}server node-a:3000(.*)$/gm, (_, options: string) =>
      ports.map((each) => `  server 127.0.0.1:${each}${options}`).join('\n'),
    );
}
