/** Keys that are unique among the connections of a user. Pure. */
import { createHash } from 'node:crypto';

/** Key of an account by its name. @param username with or without @ */
export function accountKeyOf(instanceUrl: string, username: string): string {
  return digest(instanceUrl, `@${username.replace(/^@/, '').toLowerCase()}`);
}

/** Key of an account by its remote id, used if another connection has the key of its name. */
export function remoteKeyOf(instanceUrl: string, remoteAccountId: string): string {
  return digest(instanceUrl, `id ${remoteAccountId}`);
}

function digest(instanceUrl: string, account: string): string {
  return createHash('sha256').update(`${instanceUrl}\n${account}`).digest('hex');
}
