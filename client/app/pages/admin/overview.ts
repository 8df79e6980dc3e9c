import { html, type TemplateResult } from 'lit';
import type { FailingInstanceView, HourView, OverviewView } from '../../../../src/protocol/admin';
import { hostOf } from '../../../elements/format';
import { icon } from '../../../elements/icon';
import { session } from '../../../elements/session';
import { count } from '../../lib/count';
import { LiveElement } from '../../lib/live-element';
import './hours-chart';

/** Overview of the installation: figures, the last day by hour, and the instances with problems. */
class AdminOverview extends LiveElement<OverviewView> {
  protected override render(): TemplateResult {
    const { content } = this;
    return html`${content ? overview(content) : this.waiting('Reading the figures')}`;
  }

  protected read(): Promise<OverviewView> {
    return session.request<OverviewView>('GET', '/api/admin/overview', { background: true });
  }
}

function overview({ people, live_sessions, posts_waiting, failing_instances, hours }: OverviewView): TemplateResult {
  const sum = (of: (hour: HourView) => number) => hours.reduce((total, hour) => total + of(hour), 0);
  const [published, failed] = [sum((hour) => hour.published), sum((hour) => hour.failed)];
  const [signIns, refused] = [sum((hour) => hour.sign_ins), sum((hour) => hour.failed_sign_ins)];
  return html`
    <dl class="statistics vf-card" data-overview>
      ${figure('People', people)} ${figure('Sessions', live_sessions)} ${figure('Posts that wait', posts_waiting)}
      ${figure('Posts in 24 hours', published)} ${figure('Posts that failed', failed)}
    </dl>
    <div class="charts">
      <figure class="vf-card">
        <figcaption>Posts in 24 hours: ${published} published, ${failed} failed</figcaption>
        <app-hours-chart .hours=${hours} .series=${['published', 'failed']}></app-hours-chart>
      </figure>
      <figure class="vf-card">
        <figcaption>Sign-ins in 24 hours: ${signIns}, and ${refused} refused</figcaption>
        <app-hours-chart .hours=${hours} .series=${['sign_ins', 'failed_sign_ins']}></app-hours-chart>
      </figure>
    </div>
    <section aria-labelledby="failing-title">
      <h2 id="failing-title">Instances in trouble</h2>
      ${
        failing_instances.length === 0
          ? html`<p class="vf-hint">${icon('circle-check')} All of them answer.</p>`
          : html`<ul class="vf-cards">${failing_instances.map(instance)}</ul>`
      }
    </section>
  `;
}

const figure = (name: string, value: number): TemplateResult => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;

function instance({
  instance_url,
  connections,
  refused,
  unanswered,
  failed_posts,
}: FailingInstanceView): TemplateResult {
  const facts = [
    unanswered > 0 ? `${count(unanswered, 'check')} in a row without an answer` : '',
    refused > 0 ? `${refused} of ${count(connections, 'connection')} refused` : '',
    failed_posts > 0 ? `${count(failed_posts, 'post')} failed within a day` : '',
  ];
  return html`
    <li class="vf-card">
      <h3><bdi>${hostOf(instance_url)}</bdi></h3>
      <p class="vf-hint">${facts.filter(Boolean).join(' · ')}</p>
    </li>
  `;
}

customElements.define('app-admin-overview', AdminOverview);
