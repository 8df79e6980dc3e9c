/** All requests to instances go through this module. */
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  Agent as PlainAgent,
  request as plainRequest,
} from 'node:http';
import { request, Agent as TlsAgent } from 'node:https';
import { pipeline, Readable } from 'node:stream';
import { hostAndPort, isPublicAddress, refusalOf } from './address-policy';
import { CircuitBreaker } from './circuit-breaker';
import { InstanceError } from './instance-error';
import { AddressRefused, guardedLookup, localResolve, publicResolve, type Resolve } from './resolver';

/** From name resolution to the last byte of the answer, including redirects. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Default maximum of an answer, including the bodies of redirects. */
const MAX_ANSWER_BYTES = 1024 * 1024;
/** Only GET redirects within the same origin are followed. */
const MAX_REDIRECTS = 3;

/** Not a failure of the host: it has answered. */
class AnswerTooLong extends InstanceError {
  constructor(maxBytes: number) {
    super('lost', `The answer of the instance is longer than ${maxBytes} bytes`);
  }
}

/** The instance closed a kept-alive connection before it answered the next request. */
class KeptConnectionClosed extends InstanceError {
  constructor(cause: Error) {
    super('lost', 'The answer of the instance did not arrive', { cause });
  }
}

/** A body that is streamed, so that a file is never entirely in memory. */
export interface StreamedBody {
  /** Bytes. */
  length: number;
  chunks(): AsyncIterable<Buffer>;
}

export interface InstanceRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers?: Record<string, string>;
  body?: string | StreamedBody;
  /** ms; default 10 s. */
  timeout?: number;
  /** Of the answer; default 1 MiB. */
  maxBytes?: number;
}

export interface InstanceAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Remaining time and size of one request, shared with its redirects. */
interface Allowance {
  /** Deadline on the performance.now() clock; ms. */
  readonly until: number;
  readonly maxBytes: number;
  /** Bytes received so far. */
  read: number;
}

export interface GuardedFetchOptions {
  /** host:port list that may be private and use plain HTTP, for development. */
  allowPrivate: readonly string[];
  /** For tests. */
  resolve?: Resolve;
  publicPort?: number;
  breaker?: CircuitBreaker;
  /** PEM of the certificate authority to trust instead of the default ones. */
  ca?: string;
}

/** Uses HTTPS on port 443 with public addresses only, except for hosts that the operator has allowed. */
export class GuardedFetch {
  private readonly breaker: CircuitBreaker;
  private readonly publicLookup;
  private readonly localLookup = guardedLookup(localResolve, () => true);
  private readonly agents;

  constructor(private readonly options: GuardedFetchOptions) {
    this.agents = {
      'http:': new PlainAgent({ keepAlive: true, maxSockets: 16 }),
      'https:': new TlsAgent({ keepAlive: true, maxSockets: 16, ca: options.ca }),
    };
    this.breaker = options.breaker ?? new CircuitBreaker();
    this.publicLookup = guardedLookup(options.resolve ?? publicResolve(), isPublicAddress);
  }

  /**
   * Returns the answer whatever its status, after same-origin redirects.
   * @throws InstanceError `unreachable` if nothing was sent, `lost` if the request may have arrived, `refused` for any
   *   other redirect
   */
  async send(target: string | URL, options: InstanceRequest = {}): Promise<InstanceAnswer> {
    let url = new URL(String(target));
    const { timeout = REQUEST_TIMEOUT_MS, maxBytes = MAX_ANSWER_BYTES } = options;
    const left: Allowance = { until: performance.now() + timeout, maxBytes, read: 0 };
    for (let redirects = 0; ; redirects++) {
      const answer = await this.once(url, options, left);
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status > 399 || location === undefined) return answer;
      const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
      const sameHost = next?.origin === url.origin;
      const readsOnly = (options.method ?? 'GET') === 'GET';
      if (!next || !sameHost || !readsOnly || redirects >= MAX_REDIRECTS) {
        // Only the host: an instance could put secrets that we sent into the path.
        const place = next?.host.slice(0, 100) ?? 'another place';
        const message = `${url.host} redirected the request to ${place}; sign in there in a browser to see whether it asks for something`;
        throw new InstanceError('refused', message, { status: answer.status, location: next ?? undefined });
      }
      url = next;
    }
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private async once(url: URL, options: InstanceRequest, left: Allowance): Promise<InstanceAnswer> {
    const refusal = refusalOf(url, this.options.allowPrivate, this.options.publicPort);
    if (refusal) {
      const cause = new AddressRefused(`${url.host} ${refusal}`);
      throw new InstanceError('unreachable', `The address ${refusal}`, { cause });
    }
    const host = hostAndPort(url);
    if (!this.breaker.mayTry(host)) throw new InstanceError('unreachable', 'The instance has not answered for a while');
    try {
      const answer = await this.exchangeOnLiveConnection(url, options, left);
      // A gateway error means that the server behind it is down.
      if (answer.status >= 502 && answer.status <= 504) this.breaker.failed(host);
      else this.breaker.succeeded(host);
      return answer;
    } catch (error) {
      if (error instanceof AnswerTooLong) this.breaker.succeeded(host);
      // Other errors are our own and say nothing about the host.
      else if (error instanceof InstanceError) this.breaker.failed(host);
      throw error;
    }
  }

  /** Retries a GET whose kept-alive connection was closed; ends because each try removes one from the pool. */
  private async exchangeOnLiveConnection(url: URL, options: InstanceRequest, left: Allowance): Promise<InstanceAnswer> {
    for (;;) {
      try {
        return await this.exchange(url, options, left);
      } catch (error) {
        if (!(error instanceof KeptConnectionClosed) || (options.method ?? 'GET') !== 'GET') throw error;
      }
    }
  }

  private exchange(url: URL, { method = 'GET', headers, body }: InstanceRequest, left: Allowance) {
    const isException = this.options.allowPrivate.includes(hostAndPort(url));
    return new Promise<InstanceAnswer>((resolve, reject) => {
      let connected = false;
      let answered = false;
      const fail = (cause: NodeJS.ErrnoException): void => {
        clearTimeout(timer);
        if (sent.reusedSocket && !answered && cause.code === 'ECONNRESET') {
          reject(new KeptConnectionClosed(cause));
          return;
        }
        const message = connected ? 'The answer of the instance did not arrive' : 'The instance cannot be reached';
        const broken = new InstanceError(connected ? 'lost' : 'unreachable', message, { cause });
        reject(cause instanceof InstanceError ? cause : broken);
      };
      const sent = (url.protocol === 'https:' ? request : plainRequest)(url, {
        method,
        agent: this.agents[url.protocol as 'http:' | 'https:'],
        lookup: (isException ? this.localLookup : this.publicLookup) as never,
        headers: {
          accept: 'application/json',
          'user-agent': 'Vedfolnir',
          ...headers,
          ...(body !== undefined && { 'content-length': String(lengthOf(body)) }),
        },
      });
      const late = () => sent.destroy(new Error('The answer took too long'));
      const timer = setTimeout(late, Math.max(0, left.until - performance.now()));
      sent.on('socket', (socket) => {
        if (sent.reusedSocket || !socket.connecting) {
          connected = true;
          return;
        }
        socket.once(url.protocol === 'https:' ? 'secureConnect' : 'connect', () => {
          connected = true;
        });
      });
      sent.on('error', fail);
      // An unrequested upgrade causes no 'error' event; without this handler the promise would never settle.
      sent.on('upgrade', (_, socket) => {
        socket.destroy();
        fail(new Error('The instance switched to another protocol'));
      });
      sent.on('response', (response) => {
        answered = true;
        readWhole(response, left).then((whole) => {
          clearTimeout(timer);
          // Answered before it has read the body, the rest of which it may never read: frees the connection.
          if (!sent.writableFinished) sent.destroy();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole });
        }, fail);
      });
      if (typeof body !== 'object') return void sent.end(body);
      // A failure on either side destroys both streams and is reported as the request's 'error' event.
      pipeline(Readable.from(body.chunks()), sent, () => undefined);
    });
  }
}

const lengthOf = (body: string | StreamedBody): number =>
  typeof body === 'string' ? Buffer.byteLength(body) : body.length;

/** @throws AnswerTooLong, or the error of the stream */
async function readWhole(response: IncomingMessage, left: Allowance): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) {
    left.read += chunk.length;
    if (left.read > left.maxBytes) {
      response.destroy();
      throw new AnswerTooLong(left.maxBytes);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
