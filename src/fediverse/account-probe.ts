/** Fetches an account and the description of its instance, with the account's token. */
import type { InstanceClient } from './instance-client';
import { describeInstance, type InstanceDescription } from './instance-description';
import type { RemoteAccount } from './instance-types';

export interface ProbedAccount extends InstanceDescription {
  account: RemoteAccount;
}

/** @throws InstanceError if the account cannot be fetched */
export async function probeAccount(instance: InstanceClient): Promise<ProbedAccount> {
  const account = await instance.verifyCredentials();
  return { account, ...(await describeInstance(instance)) };
}
