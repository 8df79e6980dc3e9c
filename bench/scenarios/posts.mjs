/** Creating posts: for the active platform, for a pinned platform, and with a bare insert. */
import { inTurns, median, ratio, table } from '../lib/figures.mjs';
import { load } from '../lib/http-load.mjs';
import { seedPeople } from '../lib/people.mjs';
import { barChart } from '../lib/plot.mjs';
import { startPeer } from '../lib/processes.mjs';
import { vedfolnir } from '../lib/vedfolnir.mjs';

const CONNECTIONS = 16;
const FENCED = 'Vedfolnir, fenced';
const PINNED = 'Vedfolnir, pinned';
const PEER = 'bare insert';
const BODY = JSON.stringify({
  content: 'A post as long as most of them are, which is about eighty characters of text.',
});

async function startContenders({ createDatabase, redisUrl }) {
  const databaseUrl = await createDatabase('posts');
  const [node, bare] = await Promise.all([
    vedfolnir(databaseUrl, redisUrl(0))(),
    startPeer('bare-posts.mjs', { DATABASE_URL: await createDatabase('bare_posts') }),
  ]);
  const people = await seedPeople(databaseUrl, CONNECTIONS);
  const callers = [];
  for (const { cookie, platforms } of people) {
    const answer = await fetch(`http://127.0.0.1:${node.port}/api/session`, { headers: { cookie } });
    const { csrf_token: token } = await answer.json();
    callers.push({ cookie, 'x-csrftoken': token, 'x-platform-id': `${platforms[0]}` });
  }
  const url = `http://127.0.0.1:${node.port}/api/posts`;
  return {
    [FENCED]: { ...node, url, headers: callers },
    [PINNED]: { ...node, url, headers: callers.map((each) => ({ ...each, 'x-platform-pinned': 'true' })) },
    [PEER]: { ...bare, headers: callers },
  };
}

function post(contender, seconds) {
  const toRequest = (headers) => ({
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: BODY,
  });
  return load(contender, contender.headers.map(toRequest), seconds);
}

/** @returns the results */
export async function run(services, effort) {
  console.log('Posts: starting …');
  const contenders = await startContenders(services);
  for (const contender of Object.values(contenders)) await post(contender, effort.warmUp);
  const found = await inTurns(contenders, effort.rounds, (each) => post(each, effort.seconds));
  await contenders[FENCED].stop();
  await contenders[PEER].stop();
  const all = (name, figure) => found[name].map((round) => round[figure]);
  const middle = (name, figure) => median(all(name, figure));
  const rows = Object.keys(found).map((name) => [
    name,
    middle(name, 'perSecond').toFixed(0),
    middle(name, 'p50').toFixed(1),
    middle(name, 'p99').toFixed(1),
    middle(name, 'processor').toFixed(0),
    ratio(all(name, 'perSecond'), all(PEER, 'perSecond')).toFixed(2),
  ]);
  const bars = Object.keys(found).map((name) => {
    const value = middle(name, 'perSecond');
    return { name, value, text: value.toFixed(0) };
  });
  return {
    text: table(['posts', 'a second', 'p50 ms', 'p99 ms', 'processor µs', 'of the bare'], rows),
    plot: barChart('Posts written', [{ name: 'a second', bars }]),
  };
}
