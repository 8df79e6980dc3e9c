import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Config } from '../../config';
import { CONFIG } from '../../config.module';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import { accessTokenPlace, TokenCipher } from '../token-cipher';
import { GuardedFetch } from './guarded-fetch';
import { InstanceClient } from './instance-client';
import { InstanceError } from './instance-error';

/** Where clients of instances come from; all of them share one guarded fetch. */
@Injectable()
export class Instances implements OnApplicationShutdown {
  private readonly fetch: GuardedFetch;

  constructor(
    private readonly cipher: TokenCipher,
    @Inject(CONFIG) config: Config,
  ) {
    this.fetch = new GuardedFetch({ allowPrivate: config.allowPrivateInstances });
  }

  /**
   * As the account of a connection.
   * @throws InstanceError `unreachable` until the instance has confirmed whose the token is
   * @throws UnsealError
   */
  of(connection: PlatformConnection): InstanceClient {
    if (connection.metAt) return this.unconfirmed(connection);
    throw new InstanceError('unreachable', 'The instance has not confirmed the account yet');
  }

  /** With the token of a connection, whosever it may be: to find that out. @throws UnsealError */
  unconfirmed({ id, userId, instanceUrl, accessToken }: PlatformConnection): InstanceClient {
    const token = this.cipher.unseal(accessToken, accessTokenPlace({ id, userId }));
    return new InstanceClient(this.fetch, instanceUrl, token);
  }

  /** With a token that is not stored yet, or as a stranger. */
  at(instanceUrl: string, token: string | null = null): InstanceClient {
    return new InstanceClient(this.fetch, instanceUrl, token);
  }

  onApplicationShutdown(): void {
    this.fetch.close();
  }
}
