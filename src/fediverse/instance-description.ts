/** Describes an instance by its own metadata. An InstanceError counts as "unknown", because all of it is optional. */
import type { PlatformType } from '../protocol/http';
import type { InstanceClient } from './instance-client';
import { InstanceError } from './instance-error';
import { type InstanceLimits, type RemoteAccount, toLimits } from './instance-types';

/** Short, because users wait for some of these answers. */
const TIMEOUT_MS = 5000;
/** Links read per document. */
const MAX_LINKS = 50;

export interface InstanceDescription {
  /** Null if the instance reports none. */
  limits: InstanceLimits | null;
  /** Null if unknown. */
  kind: PlatformType | null;
}

export interface ProbedAccount extends InstanceDescription {
  account: RemoteAccount;
}

/** Fetches an account and describes its instance. @throws InstanceError if the account cannot be fetched */
export async function probeAccount(instance: InstanceClient): Promise<ProbedAccount> {
  const account = await instance.verifyCredentials();
  return { account, ...(await describeInstance(instance)) };
}

async function describeInstance(instance: InstanceClient): Promise<InstanceDescription> {
  const [named, newer] = await Promise.all([kindByNodeInfo(instance), read(instance, '/api/v2/instance')]);
  const answers = toLimits(newer) ? [newer] : [newer, await read(instance, '/api/v1/instance')];
  const limits = answers.map(toLimits).find((each) => each !== null) ?? null;
  const kind = named ?? answers.map(kindByVersion).find((each) => each !== null) ?? null;
  return { limits, kind };
}

/** By NodeInfo's software name (https://nodeinfo.diaspora.software). All but Pixelfed count as Mastodon-compatible. */
export async function kindByNodeInfo(instance: InstanceClient): Promise<PlatformType | null> {
  const links = linksOf(await read(instance, '/.well-known/nodeinfo'));
  const url = links
    .filter(({ rel }) => rel.includes('nodeinfo'))
    .findLast(({ url }) => url.host === instance.host)?.url;
  const { software } = fieldsOf(url ? await read(instance, `${url.pathname}${url.search}`) : null);
  const { name } = fieldsOf(software);
  if (typeof name !== 'string' || name === '') return null;
  return name.toLowerCase() === 'pixelfed' ? 'pixelfed' : 'mastodon';
}

/** Other software adds its own name to the Mastodon version that it is compatible with. */
function kindByVersion(answer: unknown): PlatformType | null {
  const { version } = fieldsOf(answer);
  if (typeof version !== 'string') return null;
  if (/pixelfed/i.test(version.slice(0, 100))) return 'pixelfed';
  return /^[1-9]\d*\.\d/.test(version) ? 'mastodon' : null;
}

/**
 * Finds the host of a domain's accounts if it is another one (Mastodon's LOCAL_DOMAIN and WEB_DOMAIN), by the domain's
 * WebFinger and NodeInfo documents or their redirects.
 * @param instance client without a token
 * @param username of the account, if known
 * @returns the origin; null if the domain names no other host
 */
export async function findAccountOrigin(instance: InstanceClient, username: string | null): Promise<string | null> {
  const account = encodeURIComponent(`acct:${username ?? instance.host}@${instance.host}`);
  for (const path of [`/.well-known/webfinger?resource=${account}`, '/.well-known/nodeinfo']) {
    const urls = await instance.call(path, { timeout: TIMEOUT_MS }).then(
      (answer) => linksOf(answer).flatMap(({ rel, url }) => (rel === 'self' || rel.includes('nodeinfo') ? [url] : [])),
      (error: unknown) => locationOf(error),
    );
    const other = urls.find(({ host }) => host !== instance.host);
    if (other) return other.origin;
  }
  return null;
}

function locationOf(error: unknown): URL[] {
  if (!(error instanceof InstanceError)) throw error;
  return error.details.location ? [error.details.location] : [];
}

async function read(instance: InstanceClient, path: string): Promise<unknown> {
  try {
    return await instance.call(path, { timeout: TIMEOUT_MS });
  } catch (error) {
    if (error instanceof InstanceError) return null;
    throw error;
  }
}

function linksOf(document: unknown): { rel: string; url: URL }[] {
  const { links } = fieldsOf(document);
  return (Array.isArray(links) ? links : []).slice(0, MAX_LINKS).flatMap((link) => {
    const { rel, href } = fieldsOf(link);
    return typeof href === 'string' && URL.canParse(href) ? [{ rel: String(rel), url: new URL(href) }] : [];
  });
}

const fieldsOf = (value: unknown): Record<string, unknown> => (value ?? {}) as Record<string, unknown>;
