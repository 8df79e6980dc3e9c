import type { Visibility } from '../../../src/protocol/http';

/** What is written, by the names that the server has for it. */
export interface PostText {
  title: string;
  content: string;
  spoiler_text: string;
  visibility: Visibility;
  language: string;
}

/** A file with what is known of it. */
export interface DraftFile {
  file: File;
  altText: string;
  /** Null until the server has it. */
  mediaId: number | null;
  /** Milliseconds since 1970. */
  uploadedAt: number;
}

export interface DraftContent {
  text: PostText;
  files: DraftFile[];
}

/** Whose drafts, and for which account. */
export interface DraftPlace {
  userId: number;
  platformId: number;
}

export interface Draft extends DraftContent {
  id: string;
  /** The `Idempotency-Key` of its post: however often and from however many tabs it is sent, the server makes one post. */
  key: string;
  /** ISO 8601. Tells one state of a draft from all others. */
  savedAt: string;
  /** In which it was written, where that was known. */
  sessionId?: string;
}

/** What of a draft the browser has kept; in a private window Safari keeps no files. */
export type Kept = 'all' | 'words' | 'nothing';

/** What a person last chose for an account. */
export type Choices = Pick<PostText, 'visibility' | 'language'>;

export interface DraftStore {
  list(place: DraftPlace): Promise<Draft[]>;
  put(place: DraftPlace, draft: Draft): Promise<void>;
  /** @param savedAt of the state that is meant: a newer one stays */
  remove(place: DraftPlace, id: string, savedAt: string): Promise<void>;
  /** The platforms for which this user has a draft. */
  platforms(userId: number): Promise<number[]>;
  choices(place: DraftPlace): Promise<Choices | undefined>;
  putChoices(place: DraftPlace, choices: Choices): Promise<void>;
  /** Drafts and choices. */
  removeAllOf(userId: number): Promise<void>;
}

export interface Sessions {
  /** That of this tab, where it is known. */
  current(): string | undefined;
  /** Whether the person has signed out of another one: it may have been where nobody could hear of it. */
  wasSignedOut(sessionId: string): Promise<boolean>;
}

/**
 * The drafts of a user, any number for each platform. A browser may refuse to keep anything: then there are no drafts,
 * and all else goes on.
 */
export class DraftRepository {
  private readonly forgotten = new Set<number>();

  constructor(
    private readonly store: DraftStore,
    private readonly now: () => number,
    private readonly sessions: Sessions,
  ) {}

  /** Newest first. Those of a session that the person has signed out of are removed. */
  async list(place: DraftPlace): Promise<Draft[]> {
    if (this.forgotten.has(place.userId)) return [];
    const kept: Draft[] = [];
    for (const draft of await this.store.list(place).catch(() => [])) {
      if (await this.isOfSignedOut(draft)) void this.remove(place, draft.id, draft.savedAt);
      else kept.push(draft);
    }
    return kept.sort((one, other) => (one.savedAt < other.savedAt ? 1 : -1));
  }

  /**
   * The writing has begun when this returns: a page that is closing does not wait.
   * @param outcome is called when the browser has kept it, or has refused to
   * @returns when it was saved; null where nothing of this user is kept any more
   */
  save(place: DraftPlace, draft: Omit<Draft, 'savedAt'>, outcome: (kept: Kept) => void): string | null {
    if (this.forgotten.has(place.userId)) return null;
    const savedAt = new Date(this.now()).toISOString();
    const kept = { ...draft, savedAt, sessionId: this.sessions.current() };
    const refused = () => outcome('nothing');
    this.store.put(place, kept).then(
      () => outcome('all'),
      () => {
        if (draft.files.length === 0) return refused();
        this.store.put(place, { ...kept, files: [] }).then(() => outcome('words'), refused);
      },
    );
    return savedAt;
  }

  /** @returns the platforms for which this user has a draft, as far as the browser says */
  async platforms(userId: number): Promise<ReadonlySet<number>> {
    if (this.forgotten.has(userId)) return new Set();
    return new Set(await this.store.platforms(userId).catch(() => []));
  }

  /** What the person last chose there; null where nothing is known. */
  async choices(place: DraftPlace): Promise<Choices | null> {
    if (this.forgotten.has(place.userId)) return null;
    return (await this.store.choices(place).catch(() => null)) ?? null;
  }

  saveChoices(place: DraftPlace, choices: Choices): void {
    if (!this.forgotten.has(place.userId)) this.store.putChoices(place, choices).catch(() => undefined);
  }

  /** @param savedAt of the state that is meant */
  async remove(place: DraftPlace, id: string, savedAt: string): Promise<void> {
    await this.store.remove(place, id, savedAt).catch(() => undefined);
  }

  /** The person has signed out: nothing of theirs stays, and nothing is written any more. */
  forget(userId: number): void {
    this.forgotten.add(userId);
    this.store.removeAllOf(userId).catch(() => undefined);
  }

  private async isOfSignedOut({ sessionId }: Draft): Promise<boolean> {
    if (sessionId === undefined || sessionId === this.sessions.current()) return false;
    // Where nobody can say, it is shown: to the one who wrote it, and to nobody else.
    return this.sessions.wasSignedOut(sessionId).catch(() => false);
  }
}

export function hasContent({ text, files }: DraftContent): boolean {
  return files.length > 0 || [text.title, text.content, text.spoiler_text].some((each) => each.trim() !== '');
}
