/** Runs the built server with its demo in a separate folder. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** @param settings environment variables that override the defaults */
export async function startDemo(settings = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'vedfolnir-demo-'));
  const env = { ...process.env, PORT: '0', LOG_LEVEL: 'warn', RATE_LIMITS: 'off', ...settings };
  const server = spawn(process.execPath, [join(ROOT, 'dist/src/app/main.js')], { cwd: folder, env });
  const exited = new Promise((resolve) => server.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    let said = '';
    server.once('exit', () => reject(new Error(said)));
    for (const stream of [server.stdout, server.stderr]) {
      stream.on('data', (text) => {
        said += text;
        const match = /is ready at (http:\/\/\S+)/.exec(said);
        if (match) resolve(match[1].replace(/\/$/, ''));
      });
    }
  });
  const stop = async () => {
    server.kill();
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, stop };
}

export const launchChromium = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
