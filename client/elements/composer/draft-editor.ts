import { DraftAutosave } from './draft-autosave';
import { type Draft, type DraftContent, hasContent, type PostText } from './draft-repository';
import { draftChannel, drafts } from './drafts';
import { baseLanguage } from './languages';
import { type Attachment, MediaList, type MediaListHooks } from './media-list';

const EMPTY: PostText = {
  title: '',
  content: '',
  spoiler_text: '',
  visibility: 'public',
  language: baseLanguage(navigator.language),
};

export interface DraftEditorHooks extends Omit<MediaListHooks, 'keep'> {
  /** Whether what is shown may be replaced by what another tab has made of it. */
  idle(): boolean;
  /** The words are kept, the files are not. */
  filesRefused(): void;
}

/** What is being written: words and files, and the draft that keeps both. */
export class DraftEditor {
  text = EMPTY;
  /** Of the draft that has come back and was not touched since; ISO 8601. */
  restoredAt: string | null = null;
  readonly media: MediaList;
  readonly autosave: DraftAutosave;

  constructor(private readonly hooks: DraftEditorHooks) {
    this.media = new MediaList({ ...hooks, keep: () => this.autosave.changed({ byPerson: false }) });
    this.autosave = new DraftAutosave(drafts, {
      content: () => this.content,
      show: (draft, platformId) => this.show(draft, platformId),
      idle: hooks.idle,
      draw: hooks.draw,
      filesRefused: hooks.filesRefused,
      tell: (news) => draftChannel?.postMessage(news),
    });
  }

  get hasContent(): boolean {
    return hasContent(this.content);
  }

  write(change: Partial<PostText>): void {
    this.text = { ...this.text, ...change };
    this.touched();
  }

  add(files: readonly File[]): void {
    this.media.add(files);
    this.touched();
  }

  describe(item: Attachment, altText: string): void {
    this.media.describe(item, altText);
    this.touched();
  }

  remove(item: Attachment): void {
    this.media.remove(item);
    this.touched();
  }

  /** The files must be sent to the other platform, and the draft is one for it. */
  move(platformId: number): void {
    this.autosave.move(platformId);
    this.media.reupload();
  }

  /** Thrown away, by the person; the server keeps the files for a day. @returns its undo; null where nothing was kept */
  discard(): (() => void) | null {
    const draft = this.autosave.finish();
    this.show(null, 0);
    return draft && (() => this.autosave.putBack(draft));
  }

  /** The next one begins, with the same choices. */
  posted(): void {
    const { visibility, language } = this.text;
    this.autosave.finish();
    this.show(null, 0);
    this.text = { ...EMPTY, visibility, language };
  }

  /** Takes it out of the page, and keeps it where it belongs. */
  leave(): void {
    this.autosave.close();
    this.show(null, 0);
  }

  private get content(): DraftContent {
    return { text: this.text, files: this.media.kept };
  }

  private show(draft: Draft | null, platformId: number): void {
    this.media.clear({ used: true });
    this.text = { ...EMPTY, ...draft?.text };
    this.restoredAt = draft?.savedAt ?? null;
    if (draft) this.media.restore(draft.files, platformId);
    this.hooks.draw();
  }

  private touched(): void {
    this.restoredAt = null;
    this.autosave.changed();
    this.hooks.draw();
  }
}
