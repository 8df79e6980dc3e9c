/**
 * Sends requests over keep-alive connections, each as soon as the previous one is answered. Finds only the end of an
 * answer: a client that parses all headers needs more time than the measured server.
 */
import { connect } from 'node:net';
import { percentile } from './figures.mjs';
import { processorTime } from './processes.mjs';

const HEADERS_END = Buffer.from('\r\n\r\n');
const CHUNKS_END = '0\r\n\r\n';

/** @returns length of the answer in bytes; null while it is incomplete */
function answerLength(data) {
  const headersEnd = data.indexOf(HEADERS_END);
  if (headersEnd < 0) return null;
  const bodyStart = headersEnd + HEADERS_END.length;
  const headers = data.latin1Slice(0, headersEnd);
  const length = /\r\ncontent-length: (\d+)/i.exec(headers)?.[1];
  if (length !== undefined) return data.length >= bodyStart + Number(length) ? bodyStart + Number(length) : null;
  return data.subarray(-CHUNKS_END.length).latin1Slice() === CHUNKS_END ? data.length : null;
}

/**
 * @param target `url` to request, and `pid` of the server process
 * @param requests `{ method, headers, body }`, one per connection
 * @param seconds duration
 * @returns answers per second, response times in ms, and processor time of the server per answer in µs
 * @throws for an answer without success status
 */
export async function load({ url, pid }, requests, seconds) {
  const { hostname, port, pathname, host } = new URL(url);
  const times = [];
  const processor = processorTime(pid);
  const started = performance.now();
  const end = started + seconds * 1000;
  await Promise.all(
    requests.map(async (request) => {
      const connection = connect(Number(port), hostname).setNoDelay(true);
      await askAgain(connection, toBytes(host, pathname, request), end, times);
    }),
  );
  return {
    perSecond: (times.length * 1000) / (performance.now() - started),
    p50: percentile(times, 50),
    p99: percentile(times, 99),
    processor: ((processorTime(pid) - processor) * 1e6) / times.length,
  };
}

function toBytes(host, path, { method = 'GET', headers, body = '' }) {
  const lines = Object.entries({ host, ...headers, 'content-length': Buffer.byteLength(body) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return `${method} ${path} HTTP/1.1\r\n${head}\r\n${body}`;
}

function askAgain(connection, request, end, times) {
  return new Promise((resolve, reject) => {
    let asked = 0;
    let received = null;
    const ask = () => {
      asked = performance.now();
      connection.write(request);
    };
    connection.once('connect', ask).once('error', reject);
    connection.once('close', () => reject(new Error('The connection was closed')));
    connection.on('data', (chunk) => {
      received = received ? Buffer.concat([received, chunk]) : chunk;
      if (answerLength(received) === null) return;
      const now = performance.now();
      times.push(now - asked);
      const isSuccess = received.latin1Slice(9, 10) === '2';
      if (!isSuccess) reject(new Error(received.toString()));
      received = null;
      if (isSuccess && now < end) return ask();
      resolve();
      connection.destroy();
    });
  });
}
