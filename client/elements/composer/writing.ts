import { type Draft, type DraftContent, isWritten, type PostText } from './draft-book';
import { DraftKeeper } from './draft-keeper';
import { draftNews, drafts } from './drafts';
import { baseLanguage } from './languages';
import { type Attachment, MediaTray, type TrayHooks } from './media-tray';

const EMPTY: PostText = {
  title: '',
  content: '',
  spoiler_text: '',
  visibility: 'public',
  language: baseLanguage(navigator.language),
};

export interface WritingHooks extends Omit<TrayHooks, 'keep'> {
  /** Whether what is shown may be replaced by what another tab has made of it. */
  idle(): boolean;
}

/** What is being written: words and files, and the draft that keeps both. */
export class Writing {
  text = EMPTY;
  /** Of the draft that has come back and was not touched since; ISO 8601. */
  restoredAt: string | null = null;
  readonly tray: MediaTray;
  readonly keeper: DraftKeeper;

  constructor(private readonly hooks: WritingHooks) {
    this.tray = new MediaTray({ ...hooks, keep: () => this.keeper.changed() });
    this.keeper = new DraftKeeper(drafts, {
      content: () => this.content,
      show: (draft, platformId) => this.show(draft, platformId),
      idle: hooks.idle,
      tell: (news) => draftNews?.postMessage(news),
    });
  }

  get begun(): boolean {
    return isWritten(this.content);
  }

  write(change: Partial<PostText>): void {
    this.text = { ...this.text, ...change };
    this.touched();
  }

  add(files: readonly File[]): void {
    this.tray.add(files);
    this.touched();
  }

  describe(item: Attachment, altText: string): void {
    this.tray.describe(item, altText);
    this.touched();
  }

  remove(item: Attachment): void {
    this.tray.remove(item);
    this.touched();
  }

  /** The files must be sent to the other platform, and the draft is one for it. */
  move(platformId: number): void {
    this.keeper.move(platformId);
    this.tray.startOver();
  }

  /** Thrown away, by the person. */
  discard(): void {
    void this.keeper.drop();
    this.tray.clear({ used: false });
    this.show(null, 0);
  }

  /** The next one begins, with the same choices. */
  posted(): void {
    const { visibility, language } = this.text;
    void this.keeper.drop();
    this.show(null, 0);
    this.text = { ...EMPTY, visibility, language };
  }

  /** Takes it out of the page, and keeps it where it belongs. */
  leave(): void {
    this.keeper.close();
    this.show(null, 0);
  }

  private get content(): DraftContent {
    return { text: this.text, files: this.tray.kept };
  }

  private show(draft: Draft | null, platformId: number): void {
    this.tray.clear({ used: true });
    this.text = { ...EMPTY, ...draft?.text };
    this.restoredAt = draft?.savedAt ?? null;
    if (draft) this.tray.restore(draft.files, platformId);
    this.hooks.draw();
  }

  private touched(): void {
    this.restoredAt = null;
    this.keeper.changed();
    this.hooks.draw();
  }
}
