import { render, type TemplateResult } from 'lit';
import { notify } from '../../elements/notify';
import { isFarewell, messageOf } from '../../elements/problem';

/** A part of a page that draws itself anew whenever what it shows has changed. */
export abstract class View {
  constructor(protected readonly root: HTMLElement) {}

  protected abstract template(): TemplateResult;

  draw(): void {
    render(this.template(), this.root);
  }

  /** Runs something that may be refused, and tells the person when it was. @returns whether it went well */
  protected async attempt(task: () => Promise<unknown>, done?: string): Promise<boolean> {
    try {
      await task();
      if (done) notify(done, 'success');
      return true;
    } catch (error) {
      if (!isFarewell(error)) notify(messageOf(error), 'error');
      return false;
    } finally {
      this.draw();
    }
  }
}
