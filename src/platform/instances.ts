import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../common/config';
import { CONFIG } from '../common/config';
import type { PlatformConnection } from '../database/entities/platform-connection.entity';
import { GuardedFetch } from '../fediverse/guarded-fetch';
import { InstanceClient } from '../fediverse/instance-client';
import { InstanceError } from '../fediverse/instance-error';
import { StoredPauses } from './stored-pauses';
import { accessTokenPlace, KeyMissing, type Place, TokenCipher, UnsealError } from './token-cipher';

/** Where clients of instances come from; all of them share one guarded fetch, and what they know of pauses. */
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
   * As the account of a connection.
   * @throws InstanceError `unreachable` until the instance has confirmed whose the token is, and as `unconfirmed`
   */
  of(connection: PlatformConnection): InstanceClient {
    if (connection.metAt) return this.unconfirmed(connection);
    throw new InstanceError('unreachable', 'The instance has not confirmed the account yet');
  }

  /**
   * With the token of a connection, whosever it may be: to find that out.
   * @throws InstanceError as `open`
   */
  unconfirmed(connection: PlatformConnection): InstanceClient {
    return this.at(connection.instanceUrl, this.open(connection.accessToken, accessTokenPlace(connection)));
  }

  /** Whether two readings of a connection have one token; it may have been sealed anew in between. */
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
   * A stored secret, to be sent to the instance that it belongs to.
   * @throws InstanceError `unreachable` where this node has no key to it, `unauthorized` where it does not open
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

  /** With a token that is not stored yet, or as a stranger. */
  at(instanceUrl: string, token: string | null = null): InstanceClient {
    return new InstanceClient(this.fetch, instanceUrl, token, this.pauses);
  }

  /**
   * The file at an address that an instance has named, read as a stranger.
   * @returns null where there is none
   * @throws InstanceError `unreachable`, or `lost` also where it is larger than `maxBytes`
   */
  async file(url: string, maxBytes: number): Promise<Buffer | null> {
    const { status, body } = await this.fetch.send(url, { headers: { accept: 'image/*' }, maxBytes });
    return status === 200 ? body : null;
  }

  onApplicationShutdown(): void {
    this.fetch.close();
  }
}
