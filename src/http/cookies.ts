/** Reads and sets cookies with Express and Fastify. */
import type { IncomingHttpHeaders } from 'node:http';
import { parseCookie, type SetCookie, stringifySetCookie } from 'cookie';
import type { HttpResponse } from './http-types';

type CookieOptions = Omit<SetCookie, 'name' | 'value'>;

export function readCookie(headers: IncomingHttpHeaders, name: string): string | undefined {
  return headers.cookie === undefined ? undefined : parseCookie(headers.cookie)[name];
}

export function setCookie(response: HttpResponse, name: string, value: string, options: CookieOptions): void {
  const header = stringifySetCookie({ name, value, path: '/', ...options });
  if (response.append) response.append('Set-Cookie', header);
  else response.header('Set-Cookie', header);
}

export function clearCookie(response: HttpResponse, name: string, options: CookieOptions = {}): void {
  setCookie(response, name, '', { ...options, expires: new Date(0) });
}
