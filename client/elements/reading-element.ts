import { nothing, type TemplateResult } from 'lit';
import { errorWithRetry, isSessionOverError, messageOf } from './error-messages';
import { notify } from './notify';
import { placeholder } from './placeholder';
import { session } from './session';
import { SessionElement } from './session-element';

/** Without a line to the server by then the first reading goes ahead. */
const FIRST_READ_WITHIN_MS = 1_000;

/**
 * An element that shows what it reads from the server. It reads when it comes into the page, and anew whenever news may
 * have been missed, which a push does not bring back. What was read stays until there is something newer; as long as
 * there is nothing, the reason stands in its place.
 */
export abstract class ReadingElement<T> extends SessionElement {
  /** Null: there is nothing yet, or nobody is signed in. */
  protected content: T | null = null;
  /** Why there is nothing, in words. */
  protected failure = '';
  protected reading = false;
  /** Of the newest reading: what an older one brings is not taken. */
  private turn = 0;
  private newest: Promise<void> | undefined;
  /** Of the first reading, while the line to the server is on its way. */
  private firstRead: number | undefined;

  /** @throws ApiError */
  protected abstract read(): Promise<T | null>;

  protected override begin(): void {
    this.listen('sessionCaughtUp', this.reload);
    if (session.getConnectionStatus() !== 'connecting') return void this.reload();
    // What was read before the line is there would have to be read again when it is.
    this.reading = true;
    this.firstRead = window.setTimeout(this.reload, FIRST_READ_WITHIN_MS);
  }

  /** As `reload`, for a change that the first reading will bring in any case. */
  protected reloadSoon(): void {
    if (this.firstRead === undefined) void this.reload();
  }

  protected override forget(): void {
    this.turn += 1;
    this.content = null;
    this.failure = '';
    this.reading = false;
  }

  /** In the place of what is not there. @param words for what is being read  @param rows how much is expected */
  protected waiting(words: string, rows?: number): TemplateResult | typeof nothing {
    if (this.failure) return errorWithRetry(this.failure, this.reading, this.reload);
    return this.reading ? placeholder(words, rows) : nothing;
  }

  /** Resolves when it shows what is no older than this call. */
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
      // Whose it is, and on which platform, comes first.
      await session.ensureFresh();
      if (turn === this.turn && session.getState()) content = await this.read();
    } catch (error) {
      if (!isSessionOverError(error)) failure = messageOf(error);
    }
    if (turn === this.turn) await this.show(content, failure);
    else if (this.reading) await this.newest;
  }

  /** What was read, or pushed: a reading that is still under way brings nothing newer. */
  protected async show(content: T | null, failure = ''): Promise<void> {
    this.turn += 1;
    this.reading = false;
    if (failure && this.content) return notify(failure, 'error');
    const pressed = this.querySelector('[data-again]:focus');
    this.content = content;
    this.failure = failure;
    this.requestUpdate();
    await this.updateComplete;
    // The button that had the focus is gone.
    if (pressed && !pressed.isConnected) this.querySelector<HTMLElement>('a, button')?.focus();
  }
}
