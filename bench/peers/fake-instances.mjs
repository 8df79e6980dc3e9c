/** The fake instances of `tools/fake-instance`, with an account for each person; tells which posts they have. */

import { createServer } from 'node:http';
import { createRequire } from 'node:module';

const { FakeInstance } = createRequire(import.meta.url)('../../dist/tools/fake-instance/fake-instance.js');

const people = Number(process.env.PEOPLE);
/** No limits: a person posts more often here than an instance allows. */
const UNLIMITED = { requests: 1e9, period: 60_000 };

const accounts = Array.from({ length: people }, (_, index) => {
  return { username: `person_${index + 1}`, token: `token-${index + 1}` };
});
const instances = [];
for (let index = 0; index < Number(process.env.INSTANCES); index++) {
  const name = `Town ${index + 1}`;
  const rateLimits = { account: UNLIMITED, media: UNLIMITED };
  instances.push(await FakeInstance.start({ kind: 'mastodon', name, accounts, rateLimits }));
}

/** Answers all texts as a list, and forgets them. */
const server = createServer((_, response) => {
  const texts = instances.flatMap(({ store }) => store.statuses.splice(0).map(({ text }) => text));
  for (const { requests } of instances) requests.length = 0;
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(texts));
});
server.listen(0, '127.0.0.1', () => {
  const urls = instances.map(({ url }) => url);
  console.log(JSON.stringify({ urls, takenUrl: `http://127.0.0.1:${server.address().port}` }));
});
