/** Actions of a user at an instance, and of an operator with the keys. */
import { join } from 'node:path';
import { launch } from '../../support/processes';
import { rawRequest } from '../../support/raw-request';

/** Signs in at the instance, as in a browser. @returns the URL that the instance redirects back to */
export async function signIn(authorizeUrl: string, username: string, decision = 'allow'): Promise<URL> {
  const { origin, pathname, search, searchParams } = new URL(authorizeUrl);
  const page = await rawRequest(origin, 'GET', `${pathname}${search}`);
  expect(page.status).toBe(200);
  const body = new URLSearchParams({ ...Object.fromEntries(searchParams), username, decision }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await rawRequest(origin, 'POST', '/oauth/authorize', { headers, body });
  return new URL(answer.headers.location!);
}

/** `npm run keys:rotate`, with this environment. */
export async function runKeyRotation(env: NodeJS.ProcessEnv) {
  const { PATH } = process.env;
  const script = launch(process.execPath, [join(__dirname, '../../../dist/src/cli/main.js'), 'keys:rotate'], {
    env: { PATH, ...env },
  });
  return { ...(await script.exited), output: script.output() };
}
