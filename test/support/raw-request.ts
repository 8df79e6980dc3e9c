/** Sends requests unchanged, for tests of malformed requests. */
import { type Agent, request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Sends one request unchanged, on its own connection unless an agent is given; redirects are not followed.
 * @param path sent without normalisation
 */
export function rawRequest(
  url: string,
  method: string,
  path: string,
  {
    headers = {},
    body,
    agent = false,
  }: { headers?: OutgoingHttpHeaders; body?: string | Buffer; agent?: Agent | false } = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        });
      });
    });
    request.setTimeout(REQUEST_TIMEOUT_MS, () => request.destroy(new Error(`${method} ${path} took too long`)));
    request.on('error', reject);
    if (body !== undefined && headers['content-length'] === undefined) {
      request.setHeader('content-length', Buffer.byteLength(body));
    }
    request.end(body);
  });
}

/**
 * Sends raw bytes.
 * @param waitMs how long the server may be silent once all is sent
 * @param steps each is sent once the response matches its `after`
 * @returns what was received until the server closed, or was silent
 */
export function rawBytes(
  url: string,
  bytes: string | Buffer,
  waitMs = 5000,
  steps: { after: RegExp; bytes: Buffer }[] = [],
): Promise<string> {
  const { hostname, port } = new URL(url);
  const ahead = [...steps];
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      if (!ahead[0]?.after.test(Buffer.concat(chunks).toString('latin1'))) return;
      socket.write(ahead.shift()!.bytes);
      if (ahead.length === 0) socket.setTimeout(waitMs);
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
    socket.setTimeout(ahead.length === 0 ? waitMs : REQUEST_TIMEOUT_MS, () => socket.destroy());
  });
}
