import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../common/config';
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import { GuardedFetch } from '../fediverse/guarded-fetch';
import { InstanceClient } from '../fediverse/instance-client';
import { InstanceError } from '../fediverse/instance-error';
import type { RateLimitPauses } from '../fediverse/rate-limit-pauses';
import { StoredPauses } from './stored-pauses';
import { accessTokenPlace, KeyMissing, type Place, TokenCipher, UnsealError } from './token-cipher';

/** Creates clients of instances, which share one GuardedFetch and the stored rate limits. */
@Injectable()
export class Instances implements OnApplicationShutdown {
  private readonly logger = new Logger('Instances');
  private readonly fetch: GuardedFetch;

  constructor(
    private readonly cipher: TokenCipher,
    private readonly pauses: StoredPauses,
    @Inject(CONFIG) config: Config,
  ) {
    this.fetch = new GuardedFetch({ allowPrivate: config.allowPrivateInstances });
  }

  /**
   * Client of a connection's account.
   * @throws InstanceError `unreachable` until the instance has confirmed the owner of the token, and as `unconfirmed`
   */
  of(connection: PlatformConnection): InstanceClient {
    if (connection.confirmedAt) return this.unconfirmed(connection);
    throw new InstanceError('unreachable', 'The instance has not confirmed the account yet');
  }

  /**
   * Client with the token of a connection whose owner is not known yet, to verify it.
   * @param pauses null: rate limits do not defer its requests
   * @throws InstanceError as `open`
   */
  unconfirmed(connection: PlatformConnection, pauses: RateLimitPauses | null = this.pauses): InstanceClient {
    const token = this.open(connection.accessToken, accessTokenPlace(connection));
    return new InstanceClient(this.fetch, connection.instanceUrl, token, pauses);
  }

  /** Whether two versions of a row have the same token; key rotation changes only its ciphertext. */
  haveSameToken(one: PlatformConnection, other: PlatformConnection): boolean {
    if (one.accessToken === other.accessToken) return true;
    try {
      const [first, second] = [one, other].map((row) => this.cipher.unseal(row.accessToken, accessTokenPlace(row)));
      return first === second;
    } catch (error) {
      if (error instanceof UnsealError) return false;
      throw error;
    }
  }

  /**
   * Decrypts a stored secret, to be sent to its instance.
   * @throws InstanceError `unreachable` if this node lacks the key, `unauthorized` if decryption fails
   */
  open(stored: string, place: Place): string {
    try {
      return this.cipher.unseal(stored, place);
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      this.logger.error(error.message);
      if (error instanceof KeyMissing) throw new InstanceError('unreachable', 'This server lacks the key to the token');
      throw new InstanceError('unauthorized', 'The stored token cannot be read any more');
    }
  }

  /** Client with a token that is not stored yet, or without one. */
  at(instanceUrl: string, token: string | null = null): InstanceClient {
    return new InstanceClient(this.fetch, instanceUrl, token, this.pauses);
  }

  /**
   * Fetches a file from a URL that an instance has reported, without a token.
   * @returns null for any status but 200
   * @throws InstanceError `unreachable`; `lost`, also for a file larger than `maxBytes`
   */
  async file(url: string, maxBytes: number): Promise<Buffer | null> {
    const { status, body } = await this.fetch.send(url, { headers: { accept: 'image/*' }, maxBytes });
    return status === 200 ? body : null;
  }

  onApplicationShutdown(): void {
    this.fetch.close();
  }
}
