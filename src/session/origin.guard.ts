import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../common/app-error';
import type { Config } from '../common/config';
import { CONFIG } from '../common/config';

export const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a browser may speak for this origin. One that names none is no browser.
 * @param host the Host of the request, which counts as ours outside production
 */
export function isOwnOrigin(config: Config, origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  if (origin === config.publicOrigin || config.allowedOrigins.includes(origin)) return true;
  return !config.production && host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

/** Unsafe requests come from our own pages, or from no page at all. */
@Injectable()
export class OriginGuard implements CanActivate {
  constructor(@Inject(CONFIG) private readonly config: Config) {}

  canActivate(execution: ExecutionContext): boolean {
    // A socket's origin was looked at when it was opened.
    if (execution.getType() === 'ws') return true;
    const { method, headers } = execution.switchToHttp().getRequest<FastifyRequest>();
    if (SAFE_METHODS.has(method)) return true;
    const site = headers['sec-fetch-site'];
    const ownSite = site === undefined || site === 'same-origin' || site === 'none';
    const known = headers.origin !== undefined && isOwnOrigin(this.config, headers.origin, headers.host);
    if (known || (ownSite && headers.origin === undefined)) return true;
    throw new AppError('ORIGIN_REFUSED');
  }
}
