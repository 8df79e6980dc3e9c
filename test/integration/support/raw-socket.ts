/** A raw WebSocket that sends any frames, masked like a browser's. */
import { randomBytes } from 'node:crypto';
import { rawBytes } from '../../support/raw-request';

const TEXT = 0x81;
const BINARY = 0x82;

function frame(payload: string | Buffer): Buffer {
  const data = Buffer.from(payload as string);
  const head = Buffer.alloc(10);
  head[0] = typeof payload === 'string' ? TEXT : BINARY;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(data.length), 2);
  const mask = randomBytes(4);
  return Buffer.concat([head, mask, data.map((byte, index) => byte ^ mask[index % 4]!)]);
}

/**
 * Opens a WebSocket, sends all frames at once when it is open, and reads until the server closes it or is silent.
 * @param sent.handshake a frame that goes before the others, which wait until the namespace is connected or refused
 * @param sent texts and Buffers as separate frames; bytes as they are
 * @returns everything that was received
 */
export function rawSocket(
  client: { url: string; cookie: string },
  sent: { handshake?: string; frames?: (string | Buffer)[]; bytes?: Buffer; query?: string },
  waitMs = 1000,
): Promise<string> {
  const { host, origin } = new URL(client.url);
  const lines = [
    `GET /socket.io/?${sent.query ?? 'EIO=4&transport=websocket'} HTTP/1.1`,
    `Host: ${host}`,
    `Origin: ${origin}`,
    `Cookie: ${client.cookie}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  const rest = Buffer.concat([...(sent.frames ?? []).map(frame), sent.bytes ?? Buffer.alloc(0)]);
  // Frames that are sent earlier are lost, as there is no listener yet.
  const opened = /0\{"sid"/;
  if (sent.handshake === undefined) return rawBytes(client.url, head, waitMs, [{ after: opened, bytes: rest }]);
  return rawBytes(client.url, head, waitMs, [
    { after: opened, bytes: frame(sent.handshake) },
    { after: /40\{"sid"|44\{/, bytes: rest },
  ]);
}
