import type { nothing, TemplateResult } from 'lit';
import { notify } from '../notify';
import { type DraftAutosave, type DraftMessage, ENDED_ELSEWHERE } from './draft-autosave';
import { draftList } from './draft-list';
import type { DraftPlace, PostText } from './draft-repository';
import { createAutosave, draftChannel, drafts } from './drafts';

const NO_TEXT: PostText = { title: '', content: '', spoiler_text: '', visibility: 'public', language: '' };

export interface FormDraftHooks {
  /** What was written; nothing while the form is untouched. */
  text(): Partial<PostText>;
  /** Shows the text of a draft, or the untouched form. */
  show(text: PostText | null): void;
  /** Whether the shown text may be replaced now. */
  idle(): boolean;
  draw(): void;
}

/**
 * Keeps the unsent text of a form like the draft of a post. An untouched form shows what another tab writes; each tab
 * stores its own text.
 */
export class FormDraft {
  private readonly autosave: DraftAutosave;
  private place: DraftPlace | null = null;
  /** The browser does not store the text. */
  isRefused = false;

  constructor(hooks: FormDraftHooks) {
    this.autosave = createAutosave({
      content: () => ({ text: { ...NO_TEXT, ...hooks.text() }, files: [] }),
      show: (draft) => hooks.show(draft?.text ?? null),
      idle: hooks.idle,
      draw: hooks.draw,
      kept: (kept) => {
        this.isRefused = kept === 'nothing';
        hooks.draw();
      },
      follows: true,
    });
  }

  /** Shows the newest draft, unless something was written already. */
  open(place: DraftPlace): void {
    this.place = place;
    draftChannel?.addEventListener('message', this.heard);
    void this.autosave.open(place);
  }

  /** To be called for each change of the text. */
  changed(): void {
    this.autosave.changed();
  }

  /** The form is closed, and its draft is kept. */
  close(): void {
    this.place = null;
    draftChannel?.removeEventListener('message', this.heard);
    this.autosave.close();
  }

  /** The text was sent, or is not wanted any more. @returns its undo; null if nothing was stored */
  finish(): (() => void) | null {
    const undo = this.autosave.finish();
    this.close();
    return undo;
  }

  /** The text was sent, and other drafts of this form are outdated. */
  finishAll(): void {
    const { place } = this;
    this.finish();
    if (place) void drafts.clear(place);
  }

  /** The other drafts of this form. */
  others(): TemplateResult | typeof nothing {
    return draftList(this.autosave, false);
  }

  private readonly heard = ({ data }: MessageEvent<DraftMessage>): void => {
    if (this.autosave.messageReceived(data)) notify(ENDED_ELSEWHERE);
  };
}
