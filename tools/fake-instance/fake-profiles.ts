/** Differences between server software, as observed on real servers or in their sources. */
import { createHash } from 'node:crypto';

export const FAKE_KINDS = ['mastodon', 'pixelfed', 'hollo', 'snac', 'gotosocial', 'akkoma'] as const;
export type FakeKind = (typeof FAKE_KINDS)[number];

export interface FakeProfile {
  /** As in `/api/v1/instance`. */
  version: string;
  maxCharacters: number;
  maxMedia: number;
  /** Answer of `/api/v2/instance`. */
  v2: 'json' | 'missing' | 'page';
  /** Limits are at the top level of the instance document, not in `configuration`. */
  namesLimitsAtTop?: boolean;
  /** Converts an ascending number to an id; ids sort like the numbers. */
  toId: (count: bigint) => string;
  /** Ids of uploads are file names, those of a status' attachments its address and their index. */
  mediaAreFiles?: boolean;
  /** What an edit of a status changes; `media` is the list of attachments. */
  edits: 'nothing' | 'text' | 'text and media' | 'text, media and descriptions';
  /** The description of a file can be changed once a status has it. */
  describesAttached?: boolean;
  /** A status keeps the descriptions that its files had. */
  copiesMedia?: boolean;
  /** Fails at an edit without a text. */
  requiresTextInEdits?: boolean;
  /** Does not say when a status was edited. */
  hidesEdits?: boolean;
  /** Lists only public statuses of an account, also to the account itself. */
  listsPublicOnly?: boolean;
  /** Shows a status that was boosted as a reblog with the same id in capitals. */
  wrapsBoosted?: boolean;
  /** Attaches images that the text links to. */
  attachesLinkedImages?: boolean;
  /** `min_id` returns the page right after it; otherwise the newest page above it. */
  pagesForward?: boolean;
  /** Lists are complete and ignore paging parameters. */
  ignoresPaging?: boolean;
  /** Effect of a repeated idempotency key. */
  seenKey: 'answered' | 'refused' | 'ignored';
  /** How many polls report an attachment as processing; null: no such route. */
  mediaSteps: number | null;
  refusesEmptyText?: boolean;
  resetsLanguageInEdits?: boolean;
  readsMarkdown?: boolean;
  /** Status for an invalid token: of `verify_credentials` and of other routes. */
  deadToken?: [verify: number, elsewhere: number];
  /** `X-RateLimit-Reset` is in Unix seconds instead of a date. */
  resetsInSeconds?: boolean;
}

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

function inBase(count: bigint, letters: string, length: number): string {
  let text = '';
  for (let rest = count; rest > 0n; rest /= BigInt(letters.length)) {
    text = letters[Number(rest % BigInt(letters.length))] + text;
  }
  return text.padStart(length, letters[0]);
}

const toUuid = (count: bigint): string =>
  count
    .toString(16)
    .padStart(32, '0')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
const md5 = (count: bigint): string => createHash('md5').update(String(count)).digest('hex');

export const FAKE_PROFILES: Record<FakeKind, FakeProfile> = {
  mastodon: {
    version: '4.4.0',
    maxCharacters: 500,
    maxMedia: 4,
    v2: 'json',
    toId: String,
    pagesForward: true,
    seenKey: 'answered',
    mediaSteps: 1,
    edits: 'text, media and descriptions',
  },
  pixelfed: {
    version: '3.5.3 (compatible; Pixelfed 0.12)',
    maxCharacters: 2200,
    maxMedia: 10,
    v2: 'missing',
    toId: String,
    seenKey: 'refused',
    mediaSteps: null,
    deadToken: [500, 500],
    edits: 'nothing',
    describesAttached: true,
  },
  hollo: {
    version: '0.10.2',
    maxCharacters: 10_000,
    maxMedia: 8,
    v2: 'json',
    toId: toUuid,
    seenKey: 'answered',
    mediaSteps: 0,
    refusesEmptyText: true,
    resetsLanguageInEdits: true,
    edits: 'text',
    describesAttached: true,
    hidesEdits: true,
  },
  snac: {
    version: '4.0.0 (not true; really snac/2.75)',
    maxCharacters: 100_000,
    maxMedia: 4,
    v2: 'missing',
    toId: (count) => `${count}${md5(count)}`,
    mediaAreFiles: true,
    ignoresPaging: true,
    seenKey: 'ignored',
    mediaSteps: null,
    readsMarkdown: true,
    deadToken: [422, 401],
    edits: 'text',
    describesAttached: true,
    copiesMedia: true,
    requiresTextInEdits: true,
    listsPublicOnly: true,
    wrapsBoosted: true,
    attachesLinkedImages: true,
  },
  gotosocial: {
    version: '0.20.0',
    maxCharacters: 5000,
    maxMedia: 6,
    v2: 'json',
    // ULIDs.
    toId: (count) => inBase(count, '0123456789ABCDEFGHJKMNPQRSTVWXYZ', 26),
    pagesForward: true,
    seenKey: 'answered',
    mediaSteps: 0,
    resetsInSeconds: true,
    edits: 'text, media and descriptions',
  },
  akkoma: {
    version: '2.7.2 (compatible; Akkoma 3.15.0)',
    maxCharacters: 5000,
    maxMedia: 20,
    v2: 'page',
    namesLimitsAtTop: true,
    toId: (count) => inBase(count, LETTERS, 18),
    pagesForward: true,
    seenKey: 'answered',
    mediaSteps: 0,
    edits: 'text and media',
    describesAttached: true,
    copiesMedia: true,
    requiresTextInEdits: true,
  },
};
