import { html, type TemplateResult } from 'lit';
import type { OperationReport, PerformanceView } from '../../../../src/protocol/admin';
import { session } from '../../../elements/session';
import { count } from '../../lib/count';
import { LiveElement } from '../../lib/live-element';

/** Response times of the server by operation. */
class AdminSpeed extends LiveElement<OperationReport[]> {
  protected override render(): TemplateResult {
    const { content } = this;
    return html`
      <section aria-labelledby="speed-title">
        <h2 id="speed-title">How fast the server is</h2>
        ${content ? speed(content) : this.waiting('Reading how fast it is')}
      </section>
    `;
  }

  protected async read(): Promise<OperationReport[]> {
    const path = '/api/admin/performance';
    const { operations } = await session.request<PerformanceView>('GET', path, { background: true });
    return operations.sort((a, b) => b.p95 - a.p95);
  }
}

function speed(operations: OperationReport[]): TemplateResult {
  if (operations.length === 0) return html`<p class="vf-hint">Nothing has been measured yet.</p>`;
  const slowest = Math.max(...operations.map(({ p95 }) => p95), 1);
  return html`<ul class="speeds" data-speeds>${operations.map((each) => operation(each, slowest))}</ul>`;
}

function operation(
  { operation, count: calls, errors, p50, p95, max }: OperationReport,
  slowest: number,
): TemplateResult {
  const name = operation.replaceAll('_', ' ');
  const [half, most, longest] = [p50, p95, max].map((ms) => Math.round(ms * 10) / 10);
  return html`
    <li>
      <span class="speed-name">${name}</span>
      <meter min="0" max=${slowest} value=${p95} aria-label="${name}: 95 of 100 within ${most} ms"></meter>
      <span class="vf-hint">${most} ms for 95 of 100 · ${half} ms for half · at most ${longest} ms · ${count(calls, 'call')}, ${count(errors, 'error')}</span>
    </li>
  `;
}

customElements.define('app-admin-speed', AdminSpeed);
