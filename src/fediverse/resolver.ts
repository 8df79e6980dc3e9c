/** From names to addresses, refusing those that are not of the public internet at the moment of connecting. */
import { type LookupAddress, type LookupOptions, lookup, Resolver } from 'node:dns';
import { isReservedHostName } from './address-policy';

/** How long a name server may take, and how often it is asked; ms. */
const TIMEOUT = 2000;
const TRIES = 2;

/** This guard said no, before anything was sent: by the form of the address, or by what its name resolves to. */
export class AddressRefused extends Error {
  readonly code = 'EADDRREFUSED';
}

/** @returns all addresses of a name */
export type Resolve = (name: string) => Promise<LookupAddress[]>;

/** Asks the name servers without the thread pool of the process, which a slow one would fill. */
export function publicResolve(): Resolve {
  const resolver = new Resolver({ timeout: TIMEOUT, tries: TRIES });
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

/** For the exceptions of development: as the machine resolves names, its hosts file included. */
export const localResolve: Resolve = (name) =>
  new Promise((resolve, reject) => {
    lookup(name, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;
export type LookupFunction = (name: string, options: LookupOptions, callback: LookupCallback) => void;

/**
 * The `lookup` of a socket. What it answers is what is connected to, so a name cannot point elsewhere after the check.
 * One address that is not public condemns the whole name.
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
