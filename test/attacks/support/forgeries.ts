/** Forged requests of another site, or of a thief who has only the cookie or only the token. */
import { randomUUID } from 'node:crypto';
import { csrfToken } from '../../../src/session/session-token';
import type { Household } from '../../integration/support/household';

type Headers = Record<string, string | undefined>;

export const EVIL = 'https://evil.example';
/** In ALLOWED_ORIGINS. */
export const PARTNER = 'https://partner.example';

/** @param stranger another signed-in user */
export const CSRF_VARIANTS: [name: string, headers: (home: Household, stranger: Household) => Headers][] = [
  ['no token', () => ({ 'x-csrftoken': undefined })],
  ['an empty token', () => ({ 'x-csrftoken': '' })],
  ['a made-up token', () => ({ 'x-csrftoken': randomUUID() })],
  ["another person's token", (_, stranger) => ({ 'x-csrftoken': stranger.client.csrfToken })],
  ['the token of another session of the same person', ({ device }) => ({ 'x-csrftoken': device.csrfToken })],
  ['the token twice', ({ client }) => ({ 'x-csrftoken': `${client.csrfToken}, ${client.csrfToken}` })],
  ['the token in upper case', ({ client }) => ({ 'x-csrftoken': client.csrfToken!.toUpperCase() })],
  ['a part of the token', ({ client }) => ({ 'x-csrftoken': client.csrfToken!.slice(0, -1) })],
  ['the public id of the session', ({ deviceSession }) => ({ 'x-csrftoken': deviceSession })],
  ['the token of an empty secret', () => ({ 'x-csrftoken': csrfToken('') })],
];

/** @param own the server's origin */
export const ORIGIN_VARIANTS: [name: string, headers: (own: string) => Headers][] = [
  ['a foreign origin', () => ({ origin: EVIL })],
  ['the null origin', () => ({ origin: 'null' })],
  ['an empty origin', () => ({ origin: '' })],
  ['an origin that begins like ours', (own) => ({ origin: `${own}.evil.example` })],
  ['an origin that begins like an allowed one', () => ({ origin: `${PARTNER}.evil.example` })],
  ['our host on another port', () => ({ origin: 'http://127.0.0.1:1' })],
  ['our origin with a path', (own) => ({ origin: `${own}/` })],
  ['our origin and a foreign one', (own) => ({ origin: `${own}, ${EVIL}` })],
  ['an allowed origin over plain HTTP', () => ({ origin: PARTNER.replace('https', 'http') })],
  ['a foreign origin that forwards our host', () => ({ origin: EVIL, 'x-forwarded-host': 'evil.example' })],
  ['a cross-site fetch without an origin', () => ({ 'sec-fetch-site': 'cross-site' })],
  ['a same-site fetch without an origin', () => ({ 'sec-fetch-site': 'same-site' })],
];
