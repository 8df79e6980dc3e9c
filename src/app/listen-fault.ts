import { type Config, ConfigError } from '../index';

/** @returns a ConfigError for a failed `listen` that a setting causes, otherwise null */
export function listenFault(error: unknown, { host, port }: Config): ConfigError | null {
  const { code } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EADDRINUSE':
      return new ConfigError(`PORT: ${host}:${port} is in use: stop what listens there, or choose another port`);
    case 'EACCES':
      return new ConfigError(`PORT: this user may not listen on ${port}: choose a port above 1023`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EINVAL':
      return new ConfigError(`HOST: ${host} is no address of this machine (${code}): 0.0.0.0 means all of them`);
  }
  return null;
}
