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
export interface KeptFile {
  file: File;
  altText: string;
  /** Null until the server has it. */
  mediaId: number | null;
  /** Milliseconds since 1970. */
  uploadedAt: number;
}

export interface DraftContent {
  text: PostText;
  files: KeptFile[];
}

export interface Draft extends DraftContent {
  /** ISO 8601. */
  savedAt: string;
}

export interface DraftStore {
  get(userId: number, platformId: number): Promise<Draft | undefined>;
  set(userId: number, platformId: number, draft: Draft): Promise<void>;
  remove(userId: number, platformId: number): Promise<void>;
  removeAllOf(userId: number): Promise<void>;
}

/**
 * One draft for each user and platform. A browser may refuse to keep anything: then there are no drafts, and all else
 * goes on.
 */
export class DraftBook {
  private readonly forgotten = new Set<number>();

  constructor(
    private readonly store: DraftStore,
    private readonly now: () => number,
  ) {}

  async load(userId: number, platformId: number): Promise<Draft | null> {
    if (this.forgotten.has(userId)) return null;
    return (await this.store.get(userId, platformId).catch(() => undefined)) ?? null;
  }

  /**
   * The writing has begun when this returns: a page that is closing does not wait.
   * @returns when it was saved; null when there is nothing to keep
   */
  save(userId: number, platformId: number, content: DraftContent): string | null {
    if (this.forgotten.has(userId)) return null;
    if (!isWritten(content)) {
      this.remove(userId, platformId);
      return null;
    }
    const savedAt = new Date(this.now()).toISOString();
    this.store.set(userId, platformId, { ...content, savedAt }).catch(() => undefined);
    return savedAt;
  }

  remove(userId: number, platformId: number): void {
    this.store.remove(userId, platformId).catch(() => undefined);
  }

  /** The person has signed out: nothing of theirs stays, and nothing is written any more. */
  forget(userId: number): void {
    this.forgotten.add(userId);
    this.store.removeAllOf(userId).catch(() => undefined);
  }
}

export function isWritten({ text, files }: DraftContent): boolean {
  return files.length > 0 || [text.title, text.content, text.spoiler_text].some((each) => each.trim() !== '');
}
