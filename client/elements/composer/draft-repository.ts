import type { Visibility } from '../../../src/protocol/http';

/** The text of a post, with the field names of the API. */
export interface PostText {
  title: string;
  content: string;
  spoiler_text: string;
  visibility: Visibility;
  language: string;
}

/** A file and its upload status. */
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

/** The author of drafts, and what they are for: `platformId` is that of posts, or the name of a form such as `image 7`. */
export interface DraftPlace<For = number | string> {
  userId: number;
  platformId: For;
}

export interface Draft extends DraftContent {
  id: string;
  /**
   * The `Idempotency-Key` of its post: however often and from however many tabs it is sent, the server creates one
   * post.
   */
  key: string;
  /** ISO 8601. Identifies a version of the draft. */
  savedAt: string;
  /** The session in which it was written, if known. */
  sessionId?: string;
}

/** How much of a draft the browser has stored; in a private window Safari stores no files. */
export type Kept = 'all' | 'words' | 'nothing';

/** The user's last choices for an account. */
export type Choices = Pick<PostText, 'visibility' | 'language'>;

export interface DraftStore {
  list(place: DraftPlace): Promise<Draft[]>;
  put(place: DraftPlace, draft: Draft): Promise<void>;
  /** @param savedAt the version to remove: a newer one stays */
  remove(place: DraftPlace, id: string, savedAt: string): Promise<void>;
  /** The platforms for which this user has a draft. */
  platforms(userId: number): Promise<number[]>;
  choices(place: DraftPlace): Promise<Choices | undefined>;
  putChoices(place: DraftPlace, choices: Choices): Promise<void>;
  /** Removes drafts and choices. */
  removeAllOf(userId: number): Promise<void>;
}

export interface Sessions {
  /** The session of this tab; null if there is none, or it is not known yet. */
  current(): { id: string; userId: number } | null;
  /** Whether the user has signed out of another session, possibly while no tab was notified of it. */
  wasSignedOut(sessionId: string): Promise<boolean>;
}

/**
 * The drafts of a user, any number for each platform. If the browser refuses storage, there are no drafts, and
 * everything else works.
 */
export class DraftRepository {
  private readonly forgotten = new Set<number>();
  /** By session, so that one that is known to have ended is not looked up again. */
  private readonly signedOut = new Map<string, Promise<boolean>>();

  constructor(
    private readonly store: DraftStore,
    private readonly now: () => number,
    private readonly sessions: Sessions,
  ) {}

  /** Newest first. Drafts of a session that the user has signed out of are removed. */
  async list(place: DraftPlace): Promise<Draft[]> {
    if (this.isForgotten(place.userId)) return [];
    const kept: Draft[] = [];
    for (const draft of await this.store.list(place).catch(() => [])) {
      if (await this.isOfSignedOut(draft)) void this.remove(place, draft.id, draft.savedAt);
      else kept.push(draft);
    }
    return kept.sort((one, other) => (one.savedAt < other.savedAt ? 1 : -1));
  }

  /**
   * The write has been started when this returns: a page that is closing does not wait.
   * @param outcome called when the browser has stored it, or refused to
   * @returns the time of the save; null if the user has signed out
   */
  save(place: DraftPlace, draft: Omit<Draft, 'savedAt'>, outcome: (kept: Kept) => void): string | null {
    if (this.isForgotten(place.userId)) return null;
    const savedAt = new Date(this.now()).toISOString();
    const kept = { ...draft, savedAt, sessionId: this.sessions.current()?.id };
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

  /** @returns the platforms for which this user has a draft, as far as the browser tells */
  async platforms(userId: number): Promise<ReadonlySet<number>> {
    if (this.isForgotten(userId)) return new Set();
    return new Set(await this.store.platforms(userId).catch(() => []));
  }

  /** The user's last choices; null if unknown. */
  async choices(place: DraftPlace): Promise<Choices | null> {
    if (this.isForgotten(place.userId)) return null;
    return (await this.store.choices(place).catch(() => null)) ?? null;
  }

  saveChoices(place: DraftPlace, choices: Choices): void {
    if (!this.isForgotten(place.userId)) this.store.putChoices(place, choices).catch(() => undefined);
  }

  /** @param savedAt the version to remove */
  async remove(place: DraftPlace, id: string, savedAt: string): Promise<void> {
    await this.store.remove(place, id, savedAt).catch(() => undefined);
  }

  /** Removes all drafts of this place. A tab that shows text of its own goes on showing it. */
  async clear(place: DraftPlace): Promise<void> {
    for (const { id, savedAt } of await this.list(place)) await this.remove(place, id, savedAt);
  }

  /** The user has signed out: removes all their drafts, and prevents further writes until they sign in again. */
  forget(userId: number): void {
    this.forgotten.add(userId);
    this.store.removeAllOf(userId).catch(() => undefined);
  }

  private isForgotten(userId: number): boolean {
    if (this.sessions.current()?.userId === userId) this.forgotten.delete(userId);
    return this.forgotten.has(userId);
  }

  private async isOfSignedOut({ sessionId }: Draft): Promise<boolean> {
    if (sessionId === undefined || sessionId === this.sessions.current()?.id) return false;
    const known = this.signedOut.get(sessionId) ?? this.sessions.wasSignedOut(sessionId);
    this.signedOut.set(sessionId, known);
    // It may have turned out to be the current one, which can still end in any way.
    void known.then(
      () => this.sessions.current()?.id === sessionId && this.signedOut.delete(sessionId),
      () => undefined,
    );
    return known.catch(() => {
      this.signedOut.delete(sessionId);
      // If it cannot be found out, the draft is shown, to its author only.
      return false;
    });
  }
}

export function hasContent({ text, files }: DraftContent): boolean {
  return files.length > 0 || [text.title, text.content, text.spoiler_text].some((each) => each.trim() !== '');
}
