/** Data of a fake instance: accounts, statuses, media, tokens and apps. */
import { createHash, randomBytes } from 'node:crypto';
import { TOP_LEVEL_DOMAINS } from '../../src/common/top-level-domains';
import { CHARACTERS_PER_URL, charactersPerUrlOf, postLength } from '../../src/protocol/post-length';
import { FakeRateLimits, type RateLimits } from './fake-limits';
import { FAKE_PROFILES, type FakeKind, type FakeProfile } from './fake-profiles';

export interface FakeAccount {
  id: string;
  username: string;
  displayName: string;
  avatarUrl: string | null;
}

/** An access token: its account and scopes. */
export interface FakeToken {
  account: FakeAccount;
  scopes: string[];
}

export interface FakeMedia {
  id: string;
  accountId: string;
  bytes: Buffer;
  mimeType: string;
  description: string | null;
  /** How many more polls report it as processing. */
  pending: number;
  attached: boolean;
}

export interface FakeStatus {
  id: string;
  accountId: string;
  username: string;
  text: string;
  spoilerText: string;
  visibility: string;
  language: string | null;
  media: FakeMedia[];
  isBoosted?: boolean;
  createdAt: Date;
  editedAt: Date | null;
  idempotencyKey: string | null;
}

export interface FakeInstanceOptions {
  kind: FakeKind;
  name: string;
  /** 0 or absent: any free port. */
  port?: number;
  accounts?: { username: string; token: string; displayName?: string; avatarUrl?: string }[];
  /** Accepts every token; each belongs to its own account. */
  takesAnyToken?: boolean;
  /** Reports no limits and answers every post with 425 (retry later). */
  isClosed?: boolean;
  /** Default: Mastodon's. */
  rateLimits?: RateLimits;
  maxCharacters?: number;
  /** Visibility of every status, instead of the requested one. */
  narrowsTo?: string;
  /** Characters that each link counts for; default 23. */
  charactersPerUrl?: number;
  maxMedia?: number;
  mimeTypes?: string[];
  /** Bytes. */
  imageSize?: number;
  /** Whether `/api/v2/instance` exists. */
  knowsV2?: boolean;
  /** How many polls report an attachment as processing before it is ready. */
  mediaDelay?: number;
  /** File for persistence; absent: in memory only. */
  file?: string;
  /** Clock of the instance; default: the system clock. */
  now?: () => Date;
}

/** A refusal: status and message. */
export class FakeRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Answered in the format of Laravel's validation errors. */
    readonly isValidation = false,
  ) {
    super(message);
  }
}

/** Derived from the name, so that an account keeps its id after a restart. */
function accountIdOf(username: string): string {
  return String(BigInt(`0x${createHash('sha256').update(username).digest('hex').slice(0, 15)}`));
}

export class FakeStore {
  readonly statuses: FakeStatus[] = [];
  readonly media = new Map<string, FakeMedia>();
  readonly accounts = new Map<string, FakeAccount>();
  readonly tokens = new Map<string, FakeToken>();
  readonly apps = new Map<string, { secret: string; redirectUri: string; name: string; scopes: string[] }>();
  readonly codes = new Map<
    string,
    FakeToken & { clientId: string; redirectUri: string; challenge: string; used: boolean }
  >();
  readonly rateLimits: FakeRateLimits;
  private readonly byKey = new Map<string, FakeStatus>();
  private readonly usedKeys = new Set<string>();
  /** Ids begin with the time, as Mastodon's do, so they keep ascending after a restart. */
  private counter = BigInt(Date.now()) << 16n;

  constructor(readonly options: FakeInstanceOptions) {
    this.rateLimits = new FakeRateLimits(options.rateLimits);
    for (const { username, token, displayName, avatarUrl } of options.accounts ?? []) {
      const account = this.account(username, displayName, avatarUrl);
      this.tokens.set(token, { account, scopes: ['read', 'write'] });
    }
  }

  get profile(): FakeProfile {
    return FAKE_PROFILES[this.options.kind];
  }

  get isPixelfed(): boolean {
    return this.options.kind === 'pixelfed';
  }

  get maxCharacters(): number {
    return this.options.maxCharacters ?? this.profile.maxCharacters;
  }

  get charactersPerUrl(): number {
    return this.options.charactersPerUrl ?? CHARACTERS_PER_URL;
  }

  get maxMedia(): number {
    return this.options.maxMedia ?? this.profile.maxMedia;
  }

  get mimeTypes(): string[] {
    return this.options.mimeTypes ?? ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
  }

  get imageSize(): number {
    return this.options.imageSize ?? 16 * 1024 * 1024;
  }

  now(): Date {
    return this.options.now?.() ?? new Date();
  }

  nextId(): string {
    this.counter += 1n;
    return this.profile.toId(this.counter);
  }

  account(username: string, displayName = username, avatarUrl: string | null = null): FakeAccount {
    const known = [...this.accounts.values()].find((each) => each.username === username);
    if (known) return known;
    const account = { id: accountIdOf(username), username, displayName, avatarUrl };
    this.accounts.set(account.id, account);
    return account;
  }

  /** Account and scopes of a token. */
  findToken(token: string): FakeToken | undefined {
    const known = this.tokens.get(token);
    if (known || token === '' || !this.options.takesAnyToken) return known;
    return { account: this.account(`u${accountIdOf(token).slice(0, 8)}`), scopes: ['read', 'write'] };
  }

  issueToken(account: FakeAccount, scopes = ['read', 'write']): string {
    const token = randomBytes(24).toString('base64url');
    this.tokens.set(token, { account, scopes });
    return token;
  }

  /** @throws FakeRefusal for what the server software would refuse */
  post(account: FakeAccount, form: Record<string, unknown>, key: string | null): FakeStatus {
    if (this.options.isClosed) throw new FakeRefusal(425, 'Too early');
    const seen = this.seen(account, key);
    if (seen) return seen;
    this.requireText(form);
    const text = this.kept(String(form.status ?? ''));
    const spoilerText = String(form.spoiler_text ?? '');
    const visibility = String(form.visibility ?? 'public');
    const ids = Array.isArray(form.media_ids) ? form.media_ids.map(String) : [];
    const media = ids.map((id) => this.media.get(id));
    this.requireFitting(text, spoilerText, visibility);
    if (text.trim() === '' && ids.length === 0) throw new FakeRefusal(422, "Validation failed: Text can't be blank");
    if (this.isPixelfed && ids.length === 0) throw new FakeRefusal(422, 'A media attachment is required');
    if (ids.length > this.maxMedia) throw new FakeRefusal(422, `Cannot attach more than ${this.maxMedia} files`);
    if (media.some((each) => !each || each.accountId !== account.id || each.attached)) {
      throw new FakeRefusal(422, 'Validation failed: media not found');
    }
    if (media.some((each) => each!.pending > 0)) {
      throw new FakeRefusal(422, 'Cannot attach files that have not finished processing');
    }
    for (const each of media) each!.attached = true;
    const status: FakeStatus = {
      id: this.nextId(),
      accountId: account.id,
      username: account.username,
      text,
      spoilerText,
      visibility: this.options.narrowsTo ?? visibility,
      language: form.language ? String(form.language) : null,
      media: [...this.attached(media as FakeMedia[]), ...this.linkedImages(account, text)],
      createdAt: this.now(),
      editedAt: null,
      idempotencyKey: key,
    };
    this.statuses.push(status);
    if (key) this.byKey.set(`${account.id}:${key}`, status);
    return status;
  }

  /** The attachments of a status, of these files. */
  attached(media: FakeMedia[]): FakeMedia[] {
    return this.profile.copiesMedia ? media.map((each) => ({ ...each })) : media;
  }

  private linkedImages({ id: accountId }: FakeAccount, text: string): FakeMedia[] {
    if (!this.profile.attachesLinkedImages) return [];
    const file = {
      accountId,
      bytes: Buffer.alloc(0),
      mimeType: 'image/png',
      description: null,
      pending: 0,
      attached: true,
    };
    return (text.match(/https?:\/\/\S+\.png/g) ?? []).map((id) => ({ id, ...file }));
  }

  /** Pixelfed treats the text after a `<` as mark-up and removes it. */
  private kept(text: string): string {
    return this.isPixelfed ? text.replace(/<\S.*/s, '') : text;
  }

  /** @throws FakeRefusal for an empty text, if the server software refuses it */
  requireText({ status }: Record<string, unknown>): void {
    if (status === '' && this.profile.refusesEmptyText) throw new FakeRefusal(422, 'invalid_request');
  }

  /** Mastodon returns the status of a repeated key. Pixelfed refuses every repeated key, even after a failure. */
  private seen(account: FakeAccount, key: string | null): FakeStatus | undefined {
    const { seenKey } = this.profile;
    if (key === null || seenKey === 'ignored') return undefined;
    const known = `${account.id}:${key}`;
    if (seenKey === 'answered') return this.byKey.get(known);
    if (this.usedKeys.has(known)) throw new FakeRefusal(400, 'Duplicate idempotency key.');
    this.usedKeys.add(known);
    return undefined;
  }

  requireFitting(text: string, spoilerText: string, visibility = 'public'): void {
    // Pixelfed reports validation errors with status 500.
    if (this.isPixelfed && visibility === 'direct')
      throw new FakeRefusal(500, 'The selected visibility is invalid.', true);
    if (this.isPixelfed && spoilerText.length > 140) {
      throw new FakeRefusal(500, 'The spoiler text must not be greater than 140 characters.', true);
    }
    const perUrl = charactersPerUrlOf(this.isPixelfed ? 'pixelfed' : 'mastodon', this.charactersPerUrl);
    if (postLength(text, spoilerText, perUrl, TOP_LEVEL_DOMAINS) > this.maxCharacters) {
      throw new FakeRefusal(422, `Validation failed: Text character limit of ${this.maxCharacters} exceeded`);
    }
  }

  /** Redeems a code once, with PKCE. @throws FakeRefusal */
  redeem(code: string, clientId: string, redirectUri: string, verifier: string): FakeToken {
    const grant = this.codes.get(code);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const fits =
      grant?.clientId === clientId && grant.redirectUri === redirectUri && grant.challenge === challenge && !grant.used;
    if (!fits || !grant) throw new FakeRefusal(400, 'invalid_grant');
    grant.used = true;
    return grant;
  }
}
