import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../common/config';
import { findAccountOrigin, type ProbedAccount, probeAccount } from '../fediverse/instance-description';
import { InstanceError } from '../fediverse/instance-error';
import { isNoInstance, toConnectError } from './connect-error';
import { normaliseInstanceUrl, usernameIn } from './instance-url';
import { Instances } from './instances';

export interface FoundAccount extends ProbedAccount {
  instanceUrl: string;
}

/** Queries an instance before a connection is stored. */
@Injectable()
export class AccountFinder {
  constructor(
    private readonly instances: Instances,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * The account that a token belongs to.
   * @param typed host, URL or handle, as typed by the user
   * @throws AppError VALIDATION_ERROR, PLATFORM_REJECTED or PLATFORM_UNREACHABLE, with the field concerned
   */
  find(typed: string, token: string, username: string | null = null): Promise<FoundAccount> {
    return this.callInstance(typed, 'access_token', username, async (instanceUrl) => ({
      instanceUrl,
      ...(await probeAccount(this.instances.at(instanceUrl, token))),
    }));
  }

  /**
   * Calls the host that was typed or, if that is not an instance, the instance that it names.
   * @param field form field for refusals
   * @throws AppError as `find`
   */
  async callInstance<T>(
    typed: string,
    field: 'access_token' | 'instance_url',
    username: string | null,
    ask: (instanceUrl: string) => Promise<T>,
  ): Promise<T> {
    let instanceUrl = normaliseInstanceUrl(typed, this.config.allowPrivateInstances);
    try {
      return await ask(instanceUrl).catch(async (error: unknown) => {
        if (!(error instanceof InstanceError) || !isNoInstance(error)) throw error;
        const home = await findAccountOrigin(this.instances.at(instanceUrl), username ?? usernameIn(typed));
        if (home === null) throw error;
        instanceUrl = normaliseInstanceUrl(home, this.config.allowPrivateInstances);
        return ask(instanceUrl);
      });
    } catch (error) {
      throw toConnectError(error, new URL(instanceUrl).host, field);
    }
  }
}
