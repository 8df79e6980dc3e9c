/** What makes two connections of a person the same one. Pure. */
import { createHash } from 'node:crypto';

/** The same account of the same instance. @param username with its @ or without */
export function accountKeyOf(instanceUrl: string, username: string): string {
  return digest(instanceUrl, `@${username.replace(/^@/, '').toLowerCase()}`);
}

/** An account by the id that its instance gave it, where another connection goes by its name already. */
export function remoteKeyOf(instanceUrl: string, remoteAccountId: string): string {
  return digest(instanceUrl, `id ${remoteAccountId}`);
}

function digest(instanceUrl: string, account: string): string {
  return createHash('sha256').update(`${instanceUrl}\n${account}`).digest('hex');
}
