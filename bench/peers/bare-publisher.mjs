/** One INSERT and one POST to the instance for each post, by some workers at once: no queue, session or checks. */
import { Agent, createServer, request } from 'node:http';
import { createPool } from 'mysql2/promise';

const { DATABASE_URL, INSTANCE_URLS, PEOPLE, WORKERS, CONTENT } = process.env;
const urls = INSTANCE_URLS.split(',');
const database = createPool({ uri: DATABASE_URL, connectionLimit: 10 });
await database.query(`CREATE TABLE posts (id INT PRIMARY KEY AUTO_INCREMENT, platform_id INT NOT NULL,
  content TEXT NOT NULL, status VARCHAR(16) NOT NULL, created_at DATETIME(3) NOT NULL, INDEX (platform_id, created_at))`);
/** Idle connections are closed before the instance's keep-alive timeout. */
const agent = new Agent({ keepAlive: true, timeout: 3000 });

function send(url, token, form) {
  const body = JSON.stringify(form);
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const options = { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } };
    const sent = request(`${url}/api/v1/statuses`, options, (answer) => {
      answer.resume();
      answer.once('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`${answer.statusCode}`))));
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

let count = 0;

async function publish() {
  const number = ++count;
  const person = number % Number(PEOPLE);
  const content = `${CONTENT} ${number}`;
  await database.query('INSERT INTO posts SET ?', [
    { platform_id: person, content, status: 'published', created_at: new Date() },
  ]);
  await send(urls[person % urls.length], `token-${person + 1}`, { status: content, visibility: 'public' });
}

/** `GET /4`: publishes for four seconds. */
const server = createServer(async (asked, response) => {
  const started = performance.now();
  const end = started + Number(asked.url.slice(1)) * 1000;
  const before = count;
  const work = async () => {
    while (performance.now() < end) await publish();
  };
  await Promise.all(Array.from({ length: Number(WORKERS) }, work));
  const published = count - before;
  response.end(JSON.stringify({ published, seconds: (performance.now() - started) / 1000 }));
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
