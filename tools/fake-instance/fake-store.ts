/** What a pretended instance keeps: accounts, statuses, media, and who may act for whom. */
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

/** An access token: whose it is, and what it may do. */
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
  /** How often it will still be said to be in the works. */
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
  createdAt: Date;
  editedAt: Date | null;
  idempotencyKey: string | null;
}

export interface FakeInstanceOptions {
  kind: FakeKind;
  name: string;
  /** 0 or absent: any that is free. */
  port?: number;
  accounts?: { username: string; token: string; displayName?: string; avatarUrl?: string }[];
  /** Every token works, each as another account's. */
  takesAnyToken?: boolean;
  /** It names no limits and takes no posts: each is to be sent again later. */
  isClosed?: boolean;
  /** Mastodon's own where none are given. */
  rateLimits?: RateLimits;
  maxCharacters?: number;
  /** The visibility that every status gets, whatever was asked for. */
  narrowsTo?: string;
  /** What every link counts for; 23 where it is absent. */
  charactersPerUrl?: number;
  maxMedia?: number;
  mimeTypes?: string[];
  /** Bytes. */
  imageSize?: number;
  /** Whether it knows `/api/v2/instance`. */
  knowsV2?: boolean;
  /** How often an attachment is said to be in the works before it is ready. */
  mediaDelay?: number;
  /** Where it is kept from one start to the next; nowhere where it is absent. */
  file?: string;
  /** The instance's clock; the machine's where there is none. */
  now?: () => Date;
}

/** A refusal: its status and the words that go with it. */
export class FakeRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** As Laravel lists what does not pass its validation. */
    readonly isValidation = false,
  ) {
    super(message);
  }
}

/** An account is the same one after a restart, as on any instance. */
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
  /** Ids begin with the time, as Mastodon's do: they go on where they were after a restart. */
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

  /** Whose a token is, and what it may do. */
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

  /** @throws FakeRefusal as Mastodon's validation does */
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
      media: media as FakeMedia[],
      createdAt: this.now(),
      editedAt: null,
      idempotencyKey: key,
    };
    this.statuses.push(status);
    if (key) this.byKey.set(`${account.id}:${key}`, status);
    return status;
  }

  /** Pixelfed takes what follows a `<` for mark-up. */
  private kept(text: string): string {
    return this.isPixelfed ? text.replace(/<\S.*/s, '') : text;
  }

  /** @throws FakeRefusal where a text is there and empty, and the kind of server wants at least a letter */
  requireText({ status }: Record<string, unknown>): void {
    if (status === '' && this.profile.refusesEmptyText) throw new FakeRefusal(422, 'invalid_request');
  }

  /** Mastodon gives the status of a key once more. Pixelfed refuses a key that it has seen, whatever came of it. */
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
    // Pixelfed says with status 500 what does not pass its validation.
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

  /** PKCE: only who made the challenge knows the verifier. */
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
