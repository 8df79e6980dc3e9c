/** Seals the access tokens that are stored. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../common/config';
import { CONFIG } from '../common/config';

const ALGORITHM = 'aes-256-gcm';
/** 96 bits, as NIST SP 800-38D recommends for GCM. */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Where a secret lives; a ciphertext put into another place does not open. */
export interface Place {
  column: 'platform_connections.access_token' | 'oauth_apps.client_secret' | 'oauth_states.code_verifier';
  /** Of the row. */
  id: number | string;
  /** Whose row it is, where it is somebody's: a row that is given to another person does not open either. */
  userId?: number;
}

export function accessTokenPlace({ id, userId }: { id: number; userId: number }): Place {
  return { column: 'platform_connections.access_token', id, userId };
}

const aad = ({ column, id, userId }: Place): Buffer => Buffer.from([column, id, userId ?? ''].join(':'));
const keyId = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 8);

/** A stored secret that does not open: it was altered, or moved. Names its place, and nothing that is in it. */
export class UnsealError extends Error {
  constructor({ column, id }: Place, why = 'cannot be opened') {
    super(`The secret of ${column} ${id} ${why}`);
  }
}

/** A secret that was sealed with a key that this node does not have. Another node may have it: nothing is lost. */
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

  /** @param id the first eight hexadecimal digits of the key's SHA-256, which stand before what it has sealed */
  hasKey(id: string): boolean {
    return this.keys.has(id);
  }

  /** Whether it was sealed with the newest key. */
  isNewest(stored: string): boolean {
    return stored.startsWith(`${this.newest}.`);
  }

  /** @throws UnsealError, or KeyMissing, which is one too */
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
