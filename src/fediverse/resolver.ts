/** Resolves names when connecting, and refuses those with addresses outside the public internet. */
import { type LookupAddress, type LookupOptions, lookup, Resolver } from 'node:dns';
import { isReservedHostName } from './address-policy';

/** Per query to a name server. */
const DNS_TIMEOUT_MS = 2000;
const MAX_DNS_TRIES = 2;

/** Refused before anything was sent, because of the form of the URL or the addresses of its host. */
export class AddressRefused extends Error {
  readonly code = 'EADDRREFUSED';
}

/** @returns all addresses of a name */
export type Resolve = (name: string) => Promise<LookupAddress[]>;

/** Queries DNS without the libuv thread pool, which a slow name server would exhaust. */
export function publicResolve(): Resolve {
  const resolver = new Resolver({ timeout: DNS_TIMEOUT_MS, tries: MAX_DNS_TRIES });
  const ask = (name: string, family: 4 | 6): Promise<LookupAddress[]> =>
    new Promise((resolve) => {
      const done = (error: Error | null, addresses: string[] = []) =>
        resolve(error ? [] : addresses.map((address) => ({ address, family })));
      if (family === 4) resolver.resolve4(name, done);
      else resolver.resolve6(name, done);
    });
  return async (name) => {
    if (isReservedHostName(name)) return [];
    return (await Promise.all([ask(name, 4), ask(name, 6)])).flat();
  };
}

/** For hosts allowed in development: the system's resolver, including the hosts file. */
export const localResolve: Resolve = (name) =>
  new Promise((resolve, reject) => {
    lookup(name, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;
export type LookupFunction = (name: string, options: LookupOptions, callback: LookupCallback) => void;

/**
 * A socket's `lookup` function. The socket connects to the returned addresses, so a DNS answer cannot change after the
 * check. One address that is not allowed refuses the whole name.
 */
export function guardedLookup(resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (addresses) => {
        if (addresses.length === 0) {
          const missing = Object.assign(new Error(`${name} is not known`), { code: 'ENOTFOUND' });
          callback(missing, []);
        } else if (!addresses.every(({ address }) => isAllowed(address))) {
          callback(new AddressRefused(`${name} is not a host of the public internet`), []);
        } else if (options.all) {
          callback(null, addresses);
        } else {
          callback(null, addresses[0]!.address, addresses[0]!.family);
        }
      },
      (error: NodeJS.ErrnoException) => callback(error, []),
    );
  };
}
