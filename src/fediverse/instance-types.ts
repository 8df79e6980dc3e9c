/** What we take from an instance's answers: checked, bounded, in our own shapes. Pure. */
import type { MediaLimitsView, Visibility } from '../protocol/http';
import { VISIBILITIES } from '../protocol/http';
import { MAX_DESCRIPTION_LENGTH, MAX_MEDIA, MAX_TEXT_LENGTH } from '../protocol/post-bounds';
import { htmlToText } from './html-to-text';
import { InstanceError } from './instance-error';

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
  url: string | null;
  createdAt: Date;
  /** Without mark-up. */
  text: string;
  spoilerText: string;
  visibility: Visibility;
  sensitive: boolean;
  isReply: boolean;
  isReblog: boolean;
  media: RemoteMedia[];
}

export interface InstanceLimits {
  maxCharacters: number;
  charactersPerUrl: number;
  media: MediaLimitsView;
}

/** The last moment that every database holds. */
const LAST_DATE = Date.UTC(9999, 0);

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null;
const fields = (value: unknown): Fields => (isFields(value) ? value : {});
const text = (value: unknown, longest: number): string => (typeof value === 'string' ? value.slice(0, longest) : '');
/** Ids are texts, and numbers at some. One that is longer than we store is none: cut short it would be another. */
function idOf(value: unknown): string {
  const id = typeof value === 'number' ? String(value) : text(value, 65);
  return id.length > 64 ? '' : id;
}

function webUrl(value: unknown): string | null {
  const given = text(value, 1024);
  return URL.canParse(given) && /^https?:$/.test(new URL(given).protocol) ? given : null;
}

function within(value: unknown, min: number, max: number): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : null;
}

/** @throws InstanceError `lost` when there is no id: this is no answer that we understand */
function requireId(value: unknown): string {
  const id = idOf(value);
  if (!/^[\w-]+$/.test(id)) throw new InstanceError('lost', 'The answer of the instance could not be understood');
  return id;
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

export function toStatus(answer: unknown): RemoteStatus {
  const status = fields(answer);
  const createdAt = new Date(text(status.created_at, 40));
  if (!(createdAt.getTime() >= 0 && createdAt.getTime() < LAST_DATE)) {
    throw new InstanceError('lost', 'The answer of the instance could not be understood');
  }
  return {
    id: requireId(status.id),
    url: webUrl(status.url) ?? webUrl(status.uri),
    createdAt,
    text: htmlToText(text(status.content, 200_000)),
    spoilerText: text(status.spoiler_text, MAX_TEXT_LENGTH),
    visibility: VISIBILITIES.find((each) => each === status.visibility) ?? 'public',
    sensitive: status.sensitive === true,
    isReply: Boolean(status.in_reply_to_id),
    isReblog: Boolean(status.reblog),
    media: (Array.isArray(status.media_attachments) ? status.media_attachments : []).slice(0, MAX_MEDIA).map(toMedia),
  };
}

/** Of `/api/v2/instance` or `/api/v1/instance`, as far as we can keep it; null where it says nothing of its limits. */
export function toLimits(answer: unknown): InstanceLimits | null {
  const instance = fields(answer);
  const { statuses: s, media_attachments: m } = fields(instance.configuration);
  const statuses = fields(s);
  const media = fields(m);
  const maxCharacters =
    within(statuses.max_characters, 1, 1_000_000) ?? within(instance.max_toot_chars, 1, 1_000_000) ?? null;
  if (maxCharacters === null) return null;
  const types = Array.isArray(media.supported_mime_types) ? media.supported_mime_types : [];
  return {
    maxCharacters: Math.min(maxCharacters, MAX_TEXT_LENGTH),
    charactersPerUrl: within(statuses.characters_reserved_per_url, 0, 1000) ?? 23,
    media: {
      max_attachments: Math.min(within(statuses.max_media_attachments, 0, 1000) ?? 4, MAX_MEDIA),
      mime_types: types
        .filter((type): type is string => /^[\w.+-]{1,32}\/[\w.+-]{1,32}$/.test(String(type)))
        .slice(0, 50),
      image_size: within(media.image_size_limit, 1, 1e12),
      video_size: within(media.video_size_limit, 1, 1e12),
      description_length: Math.min(within(media.description_limit, 1, 1_000_000) ?? 1500, MAX_DESCRIPTION_LENGTH),
    },
  };
}
