/** A server on loopback that records its requests, and answers as a test likes. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export class Listener {
  /** What was received, oldest first: `connection`, and the path of each request. */
  readonly hits: string[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end('{}');

  private constructor(
    private readonly server: Server,
    private readonly scheme: string,
    readonly host: string,
  ) {
    server.on('connection', () => this.hits.push('connection'));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.hits.push(request.url ?? '');
      this.answer(request, response);
    });
  }

  static plain(): Promise<Listener> {
    return new Listener(createServer(), 'http', '127.0.0.1').listen();
  }

  /** At `localhost`; clients must be configured to trust its certificate. */
  static tls({ key, cert }: Certificate): Promise<Listener> {
    return new Listener(createTlsServer({ key, cert }), 'https', 'localhost').listen();
  }

  private async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.scheme}://${this.hostAndPort}`;
  }

  /** In the format of ALLOW_PRIVATE_INSTANCES. */
  get hostAndPort(): string {
    return `${this.host}:${this.port}`;
  }

  /** The paths of the requests. */
  get paths(): string[] {
    return this.hits.filter((hit) => hit !== 'connection');
  }

  /** Forgets the requests, and restores the default answer. */
  reset(): void {
    this.hits.length = 0;
    this.answer = (_, response) => response.end('{}');
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

export interface Certificate {
  key: string;
  cert: string;
}

/** A DER-encoded value of X.509: tag, length and content. */
function der(tag: number, ...contents: (Buffer | string)[]): Buffer {
  const content = Buffer.concat(contents.map((each) => Buffer.from(each as string)));
  const { length } = content;
  const long = length > 255 ? [0x82, length >> 8, length & 255] : [0x81, length];
  return Buffer.concat([Buffer.from([tag, ...(length < 128 ? [length] : long)]), content]);
}

/** A self-signed certificate for one name (X.509 v1, RFC 5280 appendix A); valid from a day ago until tomorrow. */
export function selfSigned(name: string): Certificate {
  const [SEQUENCE, SET, INTEGER, BITS, UTF8, UTC_TIME] = [0x30, 0x31, 0x02, 0x03, 0x0c, 0x17];
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = der(SEQUENCE, Buffer.from('06082a8648ce3d040302', 'hex')); // ecdsa-with-SHA256
  const commonName = Buffer.from('0603550403', 'hex');
  const subject = der(SEQUENCE, der(SET, der(SEQUENCE, commonName, der(UTF8, name))));
  const day = (offset: number) =>
    der(UTC_TIME, `${new Date(Date.now() + offset).toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`);
  const validity = der(SEQUENCE, day(-86_400_000), day(86_400_000));
  const serial = der(INTEGER, Buffer.from([1]));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const body = der(SEQUENCE, serial, algorithm, subject, validity, subject, spki);
  const signature = der(BITS, Buffer.from([0]), sign('sha256', body, privateKey));
  const base64 = der(SEQUENCE, body, algorithm, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${base64.match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
}
