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

export interface Draft extends DraftContent {
  /** ISO 8601. Tells one state of a draft from all others. */
  savedAt: string;
  /** In which it was written, where that was known. */
  sessionId?: string;
}

export interface DraftStore {
  get(userId: number, platformId: number): Promise<Draft | undefined>;
  set(userId: number, platformId: number, draft: Draft): Promise<void>;
  /** @param savedAt of the one that is meant: what another tab has made of it meanwhile stays */
  remove(userId: number, platformId: number, savedAt: string): Promise<void>;
  removeAllOf(userId: number): Promise<void>;
}

export interface Sessions {
  /** That of this tab, where it is known. */
  current(): string | undefined;
  /** Whether the person has signed out of another one: it may have been where nobody could hear of it. */
  wasSignedOut(sessionId: string): Promise<boolean>;
}

/**
 * One draft for each user and platform. A browser may refuse to keep anything: then there are no drafts, and all else
 * goes on.
 */
export class DraftRepository {
  private readonly forgotten = new Set<number>();

  constructor(
    private readonly store: DraftStore,
    private readonly now: () => number,
    private readonly sessions: Sessions,
  ) {}

  async load(userId: number, platformId: number): Promise<Draft | null> {
    if (this.forgotten.has(userId)) return null;
    const draft = await this.store.get(userId, platformId).catch(() => undefined);
    if (!draft || !(await this.isOfSignedOut(draft))) return draft ?? null;
    await this.remove(userId, platformId, draft.savedAt);
    return null;
  }

  /**
   * The writing has begun when this returns: a page that is closing does not wait.
   * @param known when the state that it replaces was saved: nothing at all replaces no other
   * @returns when it was saved; null when there is nothing to keep
   */
  save(userId: number, platformId: number, content: DraftContent, known: string | null): string | null {
    if (this.forgotten.has(userId)) return null;
    if (!hasContent(content)) {
      if (known) void this.remove(userId, platformId, known);
      return null;
    }
    const savedAt = new Date(this.now()).toISOString();
    const sessionId = this.sessions.current();
    this.store.set(userId, platformId, { ...content, savedAt, sessionId }).catch(() => undefined);
    return savedAt;
  }

  /** @param savedAt of the one that is meant */
  async remove(userId: number, platformId: number, savedAt: string): Promise<void> {
    await this.store.remove(userId, platformId, savedAt).catch(() => undefined);
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

/** One draft of both, the later words at the end; who can see it is what was chosen last. */
export function mergeDrafts(draft: Draft, { text, files }: DraftContent): Draft {
  const both = { ...draft.text };
  for (const name of ['title', 'content', 'spoiler_text'] as const) {
    both[name] = [...new Set([both[name], text[name]])].join(' ').trim();
  }
  if (text.visibility !== 'public') both.visibility = text.visibility;
  return { ...draft, text: both, files: [...draft.files, ...files] };
}
