/** Posts from the writer to the instance: how many a second are written and published, and the node's memory. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';
import { inTurns, median, ratio, table, verdict } from '../lib/figures.mjs';
import { MEMORY_OPTIONS, memoryOf } from '../lib/memory.mjs';
import { seedPeople } from '../lib/people.mjs';
import { barChart } from '../lib/plot.mjs';
import { startPeer } from '../lib/processes.mjs';
import { vedfolnir } from '../lib/vedfolnir.mjs';

const PEOPLE = 20;
/** Callers that write, and workers of the peer. */
const CALLERS = 16;
/** A node sends to each instance two posts at once, and eight in all. */
const INSTANCES = 4;
const OURS = 'Vedfolnir';
const PEER = 'bare insert and POST';
const CONTENT = 'A post as long as most of them are, which is about eighty characters of text.';
const SAMPLE_MS = 100;
/** An outbox that is not empty by then ends the benchmark; ms. */
const PATIENCE_MS = 180_000;
const MB = 2 ** 20;

async function ask(url, path, { method = 'GET', headers, body }) {
  const options = { method, headers: { ...headers, ...(body && { 'content-type': 'application/json' }) } };
  const answer = await fetch(`${url}${path}`, { ...options, body: body && JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** Connects a person to an instance, and makes the connection the active one. @returns the headers of a post */
async function connect(url, { cookie }, instanceUrl, token) {
  const { csrf_token: csrf } = await ask(url, '/api/session', { headers: { cookie } });
  const headers = { cookie, 'x-csrftoken': csrf };
  const form = { name: 'Town', instance_url: instanceUrl, access_token: token };
  const platform = await ask(url, '/api/platforms', { method: 'POST', headers, body: form });
  await ask(url, `/api/switch_platform/${platform.id}`, { method: 'POST', headers });
  return { ...headers, 'x-platform-id': `${platform.id}` };
}

async function startOurs({ createDatabase, redisUrl }, { urls, takenUrl }) {
  const databaseUrl = await createDatabase('publishing');
  const settings = { ALLOW_PRIVATE_INSTANCES: urls.map((url) => new URL(url).host).join(',') };
  const node = await vedfolnir(databaseUrl, redisUrl(0), MEMORY_OPTIONS, settings)();
  const url = `http://127.0.0.1:${node.port}`;
  const callers = [];
  for (const [index, person] of (await seedPeople(databaseUrl, PEOPLE)).entries()) {
    callers.push(await connect(url, person, urls[index % urls.length], `token-${index + 1}`));
  }
  const database = await createConnection(databaseUrl);
  return { node, url, callers, database, takenUrl, measure: measureOurs };
}

async function startBare({ createDatabase }, { urls, takenUrl }) {
  const env = { INSTANCE_URLS: urls.join(','), PEOPLE: `${PEOPLE}`, WORKERS: `${CALLERS}`, CONTENT };
  const node = await startPeer('bare-publisher.mjs', { ...env, DATABASE_URL: await createDatabase('bare_publishing') });
  return { node, takenUrl, measure: measureBare };
}

/** Resident memory without a garbage collection; bytes. */
function residentOf(pid) {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1];
  return Number(kilobytes) * 1024;
}

let count = 0;

/** @returns the texts of all posts that the server has acknowledged */
async function write({ url, callers }, seconds) {
  const end = performance.now() + seconds * 1000;
  const acknowledged = [];
  const work = async () => {
    while (performance.now() < end) {
      const content = `${CONTENT} ${++count}`;
      const headers = callers[count % callers.length];
      await ask(url, '/api/posts', { method: 'POST', headers, body: { content } });
      acknowledged.push(content);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, work));
  return acknowledged;
}

async function untilPublished(database) {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const [[{ left }]] = await database.query(
      'SELECT COUNT(*) AS `left` FROM vedfolnir_posts WHERE next_attempt_at IS NOT NULL',
    );
    if (left === 0) return;
    if (performance.now() > end) throw new Error(`${left} posts were not published in time`);
    await sleep(SAMPLE_MS);
  }
}

async function measureOurs(contender, seconds) {
  const { node, database, takenUrl } = contender;
  let peak = 0;
  const sampling = setInterval(() => {
    peak = Math.max(peak, residentOf(node.pid));
  }, SAMPLE_MS);
  const started = performance.now();
  const acknowledged = await write(contender, seconds);
  const writingMs = performance.now() - started;
  // The outbox is at its longest now.
  const { held: heldAtPeak } = await memoryOf(node);
  await untilPublished(database);
  const publishingMs = performance.now() - started;
  clearInterval(sampling);
  const after = await memoryOf(node);
  const taken = await ask(takenUrl, '/', {});
  const different = new Set(taken);
  return {
    written: (acknowledged.length * 1000) / writingMs,
    published: (different.size * 1000) / publishingMs,
    lost: acknowledged.filter((text) => !different.has(text)).length,
    doubled: taken.length - different.size,
    posts: acknowledged.length,
    peak: peak / MB,
    heldAtPeak: heldAtPeak / MB,
    rss: after.rss / MB,
    held: after.held / MB,
  };
}

async function measureBare({ node, takenUrl }, duration) {
  const { published, seconds } = await ask(`http://127.0.0.1:${node.port}`, `/${duration}`, {});
  const taken = await ask(takenUrl, '/', {});
  const different = new Set(taken).size;
  const rate = published / seconds;
  return {
    written: rate,
    published: rate,
    lost: published - different,
    doubled: taken.length - different,
    posts: published,
  };
}

/** @returns the results */
export async function run(services, effort) {
  console.log('Publishing: starting …');
  const fake = await startPeer('fake-instances.mjs', { PEOPLE: `${PEOPLE}`, INSTANCES: `${INSTANCES}` });
  const [ours, bare] = await Promise.all([startOurs(services, fake), startBare(services, fake)]);
  const contenders = { [OURS]: ours, [PEER]: bare };
  for (const contender of Object.values(contenders)) await contender.measure(contender, effort.warmUp);
  const found = await inTurns(contenders, effort.rounds, (each) => each.measure(each, effort.seconds));
  await contenders[OURS].database.end();
  for (const { stop } of [contenders[OURS].node, contenders[PEER].node, fake]) await stop();

  const all = (name, figure) => found[name].map((round) => round[figure]);
  const middle = (name, figure) => median(all(name, figure));
  const sum = (name, figure) => all(name, figure).reduce((total, value) => total + value, 0);
  const row = (name) => [
    name,
    middle(name, 'written').toFixed(0),
    middle(name, 'published').toFixed(0),
    `${sum(name, 'lost')}, ${sum(name, 'doubled')} of ${sum(name, 'posts')}`,
  ];
  const times = ['written', 'published'].map((figure) => ratio(all(OURS, figure), all(PEER, figure)).toFixed(2));
  const hasReachedOldest = sum(OURS, 'lost') + sum(OURS, 'doubled') === 0;
  const memory = ['peak', 'heldAtPeak', 'rss', 'held'].map((figure) => middle(OURS, figure).toFixed(0));
  const bars = [
    { name: `${OURS}, written`, value: middle(OURS, 'written') },
    { name: `${OURS}, published`, value: middle(OURS, 'published') },
    { name: PEER, value: middle(PEER, 'published') },
  ];
  return {
    text: [
      table(
        [`publishing, ${CALLERS} at once`, 'written/s', 'published/s', 'lost, doubled'],
        [
          row(OURS),
          row(PEER),
          ['ours/theirs', ...times, ''],
          ['aim', '', '', 'none'],
          ['', '', '', verdict(hasReachedOldest)],
        ],
      ),
      table(
        ['memory of the node, MB', 'resident', 'heap'],
        [
          ['at its peak', memory[0], memory[1]],
          ['after it', memory[2], memory[3]],
        ],
      ),
    ].join('\n\n'),
    plot: barChart('From the writer to the instance', [
      { name: 'posts a second', bars: bars.map((bar) => ({ ...bar, text: bar.value.toFixed(0) })) },
    ]),
  };
}
