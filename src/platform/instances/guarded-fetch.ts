/** The only way from here to an instance. */
import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  Agent as PlainAgent,
  request as plainRequest,
} from 'node:http';
import { request, Agent as TlsAgent } from 'node:https';
import { hostAndPort, isPublicAddress, refusalOf } from './address-policy';
import { CircuitBreaker } from './circuit-breaker';
import { InstanceError } from './instance-error';
import { guardedLookup, localResolve, publicResolve, type Resolve } from './resolver';

/** From the first step to the last byte of the answer; ms. */
const TIMEOUT = 10_000;
/** The longest answer; bytes. */
const LONGEST_ANSWER = 1024 * 1024;
/** Redirects within one host that are followed, for reading only. */
const REDIRECTS = 3;

/** The host has answered, if not in a way that we take. */
class AnswerTooLong extends InstanceError {
  constructor() {
    super('lost', `The answer of the instance is longer than ${LONGEST_ANSWER} bytes`);
  }
}

export interface InstanceRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  headers?: Record<string, string>;
  body?: string | Buffer;
  /** In place of the 10 s, for uploads; ms. */
  timeout?: number;
}

export interface InstanceAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface GuardedFetchOptions {
  /** host:port list that may be private and plain, for development. */
  allowPrivate: readonly string[];
  /** For tests. */
  resolve?: Resolve;
  publicPort?: number;
  breaker?: CircuitBreaker;
}

/** Speaks https on port 443 to public addresses, and to the exceptions that the operator named. */
export class GuardedFetch {
  private readonly breaker: CircuitBreaker;
  private readonly publicLookup;
  private readonly localLookup = guardedLookup(localResolve, () => true);
  private readonly agents = {
    'http:': new PlainAgent({ keepAlive: true, maxSockets: 16 }),
    'https:': new TlsAgent({ keepAlive: true, maxSockets: 16 }),
  };

  constructor(private readonly options: GuardedFetchOptions) {
    this.breaker = options.breaker ?? new CircuitBreaker();
    this.publicLookup = guardedLookup(options.resolve ?? publicResolve(), isPublicAddress);
  }

  /**
   * Any answer is handed back, whatever its status.
   * @throws InstanceError `unreachable` when nothing was sent, `lost` when it may have arrived
   */
  async send(target: string | URL, options: InstanceRequest = {}): Promise<InstanceAnswer> {
    let url = new URL(String(target));
    for (let redirects = 0; ; redirects++) {
      const answer = await this.once(url, options);
      const { location } = answer.headers;
      if (answer.status < 300 || answer.status > 399 || location === undefined) return answer;
      const next = URL.canParse(location, url.href) ? new URL(location, url) : null;
      const sameHost = next?.origin === url.origin;
      const readsOnly = (options.method ?? 'GET') === 'GET';
      if (!next || !sameHost || !readsOnly || redirects >= REDIRECTS) {
        throw new InstanceError('refused', 'it points to another place', { status: answer.status });
      }
      url = next;
    }
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }

  private async once(url: URL, options: InstanceRequest): Promise<InstanceAnswer> {
    const refusal = refusalOf(url, this.options.allowPrivate, this.options.publicPort);
    if (refusal) throw new InstanceError('unreachable', `The address ${refusal}`);
    const host = hostAndPort(url);
    if (!this.breaker.mayTry(host)) throw new InstanceError('unreachable', 'The instance has not answered for a while');
    try {
      const answer = await this.exchange(url, options);
      // A gateway that stands before a dead server is no sign of life.
      if (answer.status >= 502 && answer.status <= 504) this.breaker.failed(host);
      else this.breaker.succeeded(host);
      return answer;
    } catch (error) {
      if (error instanceof AnswerTooLong) this.breaker.succeeded(host);
      // What is wrong with a request of ours says nothing of the host that it never went to.
      else if (error instanceof InstanceError) this.breaker.failed(host);
      throw error;
    }
  }

  private exchange(url: URL, { method = 'GET', headers, body, timeout = TIMEOUT }: InstanceRequest) {
    const isException = this.options.allowPrivate.includes(hostAndPort(url));
    return new Promise<InstanceAnswer>((resolve, reject) => {
      let connected = false;
      const fail = (cause: Error): void => {
        clearTimeout(timer);
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
          ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
        },
      });
      const timer = setTimeout(() => sent.destroy(new Error(`No answer within ${timeout} ms`)), timeout);
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
      sent.on('response', (response) => {
        readWhole(response).then((whole) => {
          clearTimeout(timer);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: whole });
        }, fail);
      });
      sent.end(body);
    });
  }
}

/** @throws AnswerTooLong, or what breaks the line */
async function readWhole(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_ANSWER) {
      response.destroy();
      throw new AnswerTooLong();
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
