/** What an instance says of an account and of itself, asked with the account's token. */
import type { InstanceClient } from './instance-client';
import { describeInstance, type InstanceDescription } from './instance-description';
import type { RemoteAccount } from './instance-types';

export interface ProbedAccount extends InstanceDescription {
  account: RemoteAccount;
}

/** @throws InstanceError where the account cannot be had */
export async function probeAccount(instance: InstanceClient): Promise<ProbedAccount> {
  const account = await instance.verifyCredentials();
  return { account, ...(await describeInstance(instance)) };
}
