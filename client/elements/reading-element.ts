import { nothing, type TemplateResult } from 'lit';
import { errorWithRetry, isSessionOverError, messageOf } from './error-messages';
import { notify } from './notify';
import { placeholder } from './placeholder';
import { session } from './session';
import { SessionElement } from './session-element';

/** If there is no live connection by then, the first read starts anyway. */
const FIRST_READ_WITHIN_MS = 1_000;

/**
 * An element that shows content from the server. It reads when it is inserted, and again whenever events may have been
 * missed, which a push does not repeat. Content stays until there is something newer; without any, the error is shown
 * in its place.
 */
export abstract class ReadingElement<T> extends SessionElement {
  /** Null: not loaded, or no user is signed in. */
  protected content: T | null = null;
  /** Error message; empty if there is none. */
  protected failure = '';
  protected reading = false;
  /** Number of the newest read: the results of older ones are ignored. */
  private turn = 0;
  private newest: Promise<void> | undefined;
  /** Timer of the first read, while the connection is being opened. */
  private firstRead: number | undefined;

  /** @throws ApiError */
  protected abstract read(): Promise<T | null>;

  protected override begin(): void {
    this.listen('sessionCaughtUp', this.reload);
    if (session.getConnectionStatus() !== 'connecting') return void this.reload();
    // A read before the connection is open would have to be repeated afterwards.
    this.reading = true;
    this.firstRead = window.setTimeout(this.reload, FIRST_READ_WITHIN_MS);
  }

  /** Like `reload`, for changes that a pending first read will include anyway. */
  protected reloadSoon(): void {
    if (this.firstRead === undefined) void this.reload();
  }

  protected override forget(): void {
    this.turn += 1;
    this.content = null;
    this.failure = '';
    this.reading = false;
  }

  /** Shown while there is no content. @param words for screen readers @param rows expected number of rows */
  protected waiting(words: string, rows?: number): TemplateResult | typeof nothing {
    if (this.failure) return errorWithRetry(this.failure, this.reading, this.reload);
    return this.reading ? placeholder(words, rows) : nothing;
  }

  /** Resolves when the shown content is no older than this call. */
  protected readonly reload = (): Promise<void> => {
    window.clearTimeout(this.firstRead);
    this.firstRead = undefined;
    this.reading = true;
    this.requestUpdate();
    this.newest = this.attend(++this.turn);
    return this.newest;
  };

  private async attend(turn: number): Promise<void> {
    let content: T | null = null;
    let failure = '';
    try {
      // The user and the platform must be known first.
      await session.ensureFresh();
      if (turn === this.turn && session.getState()) content = await this.read();
    } catch (error) {
      if (!isSessionOverError(error)) failure = messageOf(error);
    }
    if (turn === this.turn) await this.show(content, failure);
    else if (this.reading) await this.newest;
  }

  /** Shows content that was read or pushed, and ignores the result of a read in progress. */
  protected async show(content: T | null, failure = ''): Promise<void> {
    this.turn += 1;
    this.reading = false;
    if (failure && this.content) return notify(failure, 'error');
    const pressed = this.querySelector('[data-again]:focus');
    this.content = content;
    this.failure = failure;
    this.requestUpdate();
    await this.updateComplete;
    // The button that had the focus was removed.
    if (pressed && !pressed.isConnected) this.querySelector<HTMLElement>('a, button')?.focus();
  }
}
