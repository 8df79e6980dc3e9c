/** Encrypts stored secrets: access tokens, client secrets, code verifiers. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../common/config';

const ALGORITHM = 'aes-256-gcm';
/** 96 bits, as NIST SP 800-38D recommends for GCM. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Location of a secret, used as associated data: a ciphertext moved elsewhere cannot be decrypted. */
export interface Place {
  column: 'platform_connections.access_token' | 'oauth_apps.client_secret' | 'oauth_states.code_verifier';
  /** Of the row. */
  id: number | string;
  /** Owner of the row, if it has one: after a change of owner decryption fails too. */
  userId?: number;
}

export function accessTokenPlace({ id, userId }: { id: number; userId: number }): Place {
  return { column: 'platform_connections.access_token', id, userId };
}

const aad = ({ column, id, userId }: Place): Buffer => Buffer.from([column, id, userId ?? ''].join(':'));
const keyId = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8);

/** Decryption failed: the secret was altered or moved. The message has its place, never its content. */
export class UnsealError extends Error {
  constructor({ column, id }: Place, why = 'cannot be opened') {
    super(`The secret of ${column} ${id} ${why}`);
  }
}

/** The secret was encrypted with a key that this node lacks. Another node may have the key, so the secret is kept. */
export class KeyMissing extends UnsealError {
  constructor(place: Place) {
    super(place, 'was sealed with a key that is not among ENCRYPTION_KEYS here');
  }
}

@Injectable()
export class TokenCipher {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly newest: string;

  constructor(@Inject(CONFIG) config: Config) {
    this.keys = new Map(config.encryptionKeys.map((key) => [keyId(key), key]));
    this.newest = keyId(config.encryptionKeys[0]!);
  }

  /** @returns `keyId.base64url(nonce, tag, ciphertext)` */
  seal(secret: string, place: Place): string {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.keys.get(this.newest)!, nonce).setAAD(aad(place));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    return `${this.newest}.${Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url')}`;
  }

  /** @param id first eight hexadecimal digits of the key's SHA-256, the prefix of its ciphertexts */
  hasKey(id: string): boolean {
    return this.keys.has(id);
  }

  /** Whether it was encrypted with the newest key. */
  isNewest(stored: string): boolean {
    return stored.startsWith(`${this.newest}.`);
  }

  /** @throws UnsealError; its subclass KeyMissing if this node lacks the key */
  unseal(stored: string, place: Place): string {
    const [, id = '', payload = ''] = /^([\da-f]{8})\.([\w-]+)$/.exec(stored) ?? [];
    const key = this.keys.get(id);
    const bytes = Buffer.from(payload, 'base64url');
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new UnsealError(place);
    if (!key) throw new KeyMissing(place);
    try {
      const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
        .setAAD(aad(place))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const opened = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([opened, decipher.final()]).toString('utf8');
    } catch {
      throw new UnsealError(place);
    }
  }
}
