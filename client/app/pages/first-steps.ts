import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../elements/icon';
import { session } from '../../elements/session';
import { SessionElement } from '../../elements/session-element';
import { endFirstSteps, firstSteps, STEP_EVENTS, type Step } from '../lib/first-steps';

const WORDS: Record<Step, [title: string, hint: string]> = {
  connect: ['Connect an account', 'Sign in at your Mastodon or Pixelfed instance, once.'],
  write: ['Write a post', 'It goes where the head of the page says, and nowhere else.'],
  follow: ['Open a second window', 'Switch the account there: this window follows at once.'],
};

/** `<app-first-steps>`: the first steps of a new user, with a link for the next one. Hidden once dismissed. */
class FirstSteps extends SessionElement {
  protected override begin(): void {
    for (const name of STEP_EVENTS) this.listen(name, () => this.requestUpdate());
  }

  protected override render(): TemplateResult | typeof nothing {
    const done = firstSteps(session.getState()?.user.id ?? 0);
    if (!done) return nothing;
    const next = (Object.keys(WORDS) as Step[]).find((step) => !done.includes(step));
    return html`
      <section class="vf-card first-steps" aria-labelledby="first-steps-title">
        <div class="card-head">
          <h2 id="first-steps-title">${next ? 'Three steps, and you know it all' : 'That is all there is to it'}</h2>
          <button
            type="button" class="vf-button" data-kind="quiet" aria-label="Close the first steps" @click=${this.dismiss}
          >
            ${icon('x')}
          </button>
        </div>
        <ol>${(Object.keys(WORDS) as Step[]).map((step) => this.step(step, done.includes(step), step === next))}</ol>
      </section>
    `;
  }

  private step(step: Step, isDone: boolean, isNext: boolean): TemplateResult {
    const [title, hint] = WORDS[step];
    return html`
      <li data-step=${step} data-done=${isDone} aria-current=${isNext ? 'step' : nothing}>
        <strong>${title}</strong>
        ${isDone ? html`<span class="vf-badge" data-kind="good">${icon('check')} Done</span>` : nothing}
        <p class="vf-hint">${hint}</p>
        ${isNext ? this.action(step) : nothing}
      </li>
    `;
  }

  private action(step: Step): TemplateResult {
    const link = { connect: '/platforms', write: '/create_post', follow: '/' }[step];
    const words = { connect: 'Connect one', write: 'Write', follow: 'Open a window' }[step];
    // Side by side with this window, so that both are visible.
    const open = (event: Event) => {
      event.preventDefault();
      window.open(link, '_blank', `popup,width=${Math.min(560, screen.availWidth / 2)},height=${screen.availHeight}`);
    };
    return step === 'follow'
      ? html`<a class="vf-button" data-kind="primary" href=${link} target="_blank" @click=${open}>
          ${icon('external-link')} ${words}
        </a>`
      : html`<a class="vf-button" data-kind="primary" href=${link}>${words}</a>`;
  }

  private readonly dismiss = (): void => {
    endFirstSteps();
    this.requestUpdate();
    document.querySelector<HTMLElement>('main')?.focus({ preventScroll: true });
  };
}

customElements.define('app-first-steps', FirstSteps);
