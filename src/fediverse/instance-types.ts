/** Converts an instance's answers to our own types: validated and bounded. Pure. */
import { type MediaLimitsView, VISIBILITIES, type Visibility } from '../protocol/http';
import { MAX_DESCRIPTION_LENGTH, MAX_MEDIA, MAX_TEXT_LENGTH } from '../protocol/post-bounds';
import { htmlToText } from './html-to-text';
import { unreadable } from './instance-answer';

export interface RemoteAccount {
  id: string;
  username: string;
  displayName: string;
  url: string | null;
  avatarUrl: string | null;
}

export interface RemoteMedia {
  id: string;
  description: string | null;
  url: string | null;
  isImage: boolean;
}

export interface RemoteStatus {
  id: string;
  /** Of its author; null if unreadable. */
  accountId: string | null;
  url: string | null;
  createdAt: Date;
  /** Null: never, or unknown. */
  editedAt: Date | null;
  /** Not every server software reports edits. */
  reportsEdits: boolean;
  /** Without mark-up. */
  text: string;
  spoilerText: string;
  visibility: Visibility;
  language: string | null;
  sensitive: boolean;
  isReply: boolean;
  isReblog: boolean;
  media: RemoteMedia[];
  /** Attachments that could not be read. */
  mediaLeftOut: number;
}

/** The readable part of a list. */
export interface StatusPage {
  statuses: RemoteStatus[];
  /** Elements that could not be read. */
  leftOut: number;
  /** Of the last element with an id, readable or not: the next page follows it. Null: there is none. */
  lastId: string | null;
}

export interface InstanceLimits {
  maxCharacters: number;
  charactersPerUrl: number;
  media: MediaLimitsView;
}

/** Ids are opaque: numbers, base62, file names, URLs. Longer ones are refused: truncated, they would be other ids. */
export const MAX_ID_LENGTH = 255;
/** The latest date that every database can store; ms since 1970. */
const LAST_DATE = Date.UTC(9999, 0);
/** For an unknown visibility: the most restrictive one. */
const DEFAULT_VISIBILITY: Visibility = 'direct';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const fields = (value: unknown): Fields => (isFields(value) ? value : {});
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown, longest: number): string => (typeof value === 'string' ? value.slice(0, longest) : '');

function webUrl(value: unknown): string | null {
  const given = text(value, 1024);
  return URL.canParse(given) && /^https?:$/.test(new URL(given).protocol) ? given : null;
}

function within(value: unknown, min: number, max: number): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : null;
}

function dateOf(value: unknown): Date | null {
  const date = new Date(text(value, 40));
  return date.getTime() >= 0 && date.getTime() < LAST_DATE ? date : null;
}

/** @throws InstanceError `unreadable` if there is no usable id */
export function requireId(value: unknown): string {
  const id = typeof value === 'number' ? String(value) : text(value, MAX_ID_LENGTH + 1);
  // `.` or `..` would change the path of a URL.
  const isUsable = id !== '' && id.length <= MAX_ID_LENGTH && id.isWellFormed() && !/\p{Cc}|^\.{1,2}$/u.test(id);
  if (!isUsable) throw unreadable();
  return id;
}

/** Reads all readable elements and counts the others. */
function readAll<T>(values: unknown[], read: (value: unknown) => T): { read: T[]; leftOut: number } {
  const all: T[] = [];
  for (const value of values) {
    try {
      all.push(read(value));
    } catch {
      // Counted below.
    }
  }
  return { read: all, leftOut: values.length - all.length };
}

export function toAccount(answer: unknown): RemoteAccount {
  const { id, username, acct, display_name, url, avatar_static, avatar } = fields(answer);
  return {
    id: requireId(id),
    username: text(acct, 255) || text(username, 255),
    displayName: text(display_name, 255),
    url: webUrl(url),
    avatarUrl: webUrl(avatar_static) ?? webUrl(avatar),
  };
}

export function toMedia(answer: unknown): RemoteMedia {
  const { id, description, preview_url, url, type } = fields(answer);
  return {
    id: requireId(id),
    description: text(description, MAX_DESCRIPTION_LENGTH) || null,
    url: webUrl(preview_url) ?? webUrl(url),
    isImage: type === 'image' || type === 'gifv',
  };
}

/** snac wraps each status that was boosted into a reblog with the same id in capitals. */
function unwrapped(status: Fields): Fields {
  const { id } = fields(status.reblog);
  const isSame =
    typeof id === 'string' && typeof status.id === 'string' && id.toLowerCase() === status.id.toLowerCase();
  return isSame ? fields(status.reblog) : status;
}

/** @throws InstanceError `unreadable` without an id or a time */
export function toStatus(answer: unknown): RemoteStatus {
  const status = unwrapped(fields(answer));
  const createdAt = dateOf(status.created_at);
  if (!createdAt) throw unreadable();
  const media = readAll(list(status.media_attachments).slice(0, MAX_MEDIA), toMedia);
  return {
    id: requireId(status.id),
    accountId: readAll([fields(status.account).id], requireId).read[0] ?? null,
    url: webUrl(status.url) ?? webUrl(status.uri),
    createdAt,
    editedAt: dateOf(status.edited_at),
    reportsEdits: status.edited_at !== undefined,
    text: htmlToText(text(status.content, 200_000)),
    spoilerText: text(status.spoiler_text, MAX_TEXT_LENGTH),
    visibility: VISIBILITIES.find((each) => each === status.visibility) ?? DEFAULT_VISIBILITY,
    language: text(status.language, 16) || null,
    sensitive: status.sensitive === true,
    isReply: Boolean(status.in_reply_to_id),
    isReblog: Boolean(status.reblog),
    media: media.read,
    mediaLeftOut: media.leftOut,
  };
}

/** The answer to a sent post: only the id is required. @param now replaces a missing creation time */
export function toSentStatus(answer: unknown, now: Date): RemoteStatus {
  const status = fields(answer);
  return toStatus(dateOf(status.created_at) ? status : { ...status, created_at: now.toISOString() });
}

/** @param most maximum number of statuses @throws InstanceError `unreadable` if it is no list */
export function toStatusPage(answer: unknown, most: number): StatusPage {
  if (!Array.isArray(answer)) throw unreadable();
  const all = answer.slice(0, most);
  const { read, leftOut } = readAll(all, toStatus);
  const ids = readAll(all, (each) => requireId(unwrapped(fields(each)).id)).read;
  return { statuses: read, leftOut, lastId: ids.at(-1) ?? null };
}

/** Limits from `/api/v2/instance` or `/api/v1/instance`, capped at what we can store; null if it reports none. */
export function toLimits(answer: unknown): InstanceLimits | null {
  const instance = fields(answer);
  const { statuses: s, media_attachments: m } = fields(instance.configuration);
  const statuses = fields(s);
  const media = fields(m);
  // Akkoma and Pleroma report limits at the top level.
  const maxCharacters =
    within(statuses.max_characters, 1, 1_000_000) ?? within(instance.max_toot_chars, 1, 1_000_000) ?? null;
  if (maxCharacters === null) return null;
  const most = within(statuses.max_media_attachments, 0, 1000) ?? within(instance.max_media_attachments, 0, 1000) ?? 4;
  const description =
    within(media.description_limit, 1, 1_000_000) ?? within(instance.description_limit, 1, 1_000_000) ?? 1500;
  return {
    maxCharacters: Math.min(maxCharacters, MAX_TEXT_LENGTH),
    charactersPerUrl: within(statuses.characters_reserved_per_url, 0, 1000) ?? 23,
    media: {
      max_attachments: Math.min(most, MAX_MEDIA),
      mime_types: list(media.supported_mime_types)
        .filter((type): type is string => /^[\w.+-]{1,32}\/[\w.+-]{1,32}$/.test(String(type)))
        .slice(0, 50),
      image_size: within(media.image_size_limit, 1, 1e12) ?? within(instance.upload_limit, 1, 1e12),
      video_size: within(media.video_size_limit, 1, 1e12) ?? within(instance.upload_limit, 1, 1e12),
      description_length: Math.min(description, MAX_DESCRIPTION_LENGTH),
    },
  };
}
