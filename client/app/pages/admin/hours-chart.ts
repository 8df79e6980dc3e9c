import { LitElement, type PropertyValues } from 'lit';
import uPlot from 'uplot';
import type { HourView } from '../../../../src/protocol/admin';
import 'uplot/dist/uPlot.min.css';

type Series = Exclude<keyof HourView, 'at'>;

/** Colours of success and failure, from elements.css. */
const COLOURS = ['--vf-accent', '--vf-danger'];
const NAMES: Record<Series, string> = {
  published: 'Published',
  failed: 'Failed',
  sign_ins: 'Signed in',
  failed_sign_ins: 'Refused',
};
const HEIGHT_PX = 180;

/** `<app-hours-chart>`: counts of one day by hour. The caption of its figure states the same as text. */
class HoursChart extends LitElement {
  static override properties = { hours: { attribute: false }, series: { attribute: false } };
  declare hours: HourView[];
  declare series: Series[];
  private chart: uPlot | null = null;
  private readonly resized = new ResizeObserver(() =>
    this.chart?.setSize({ width: this.clientWidth, height: HEIGHT_PX }),
  );
  private readonly scheme = window.matchMedia('(prefers-color-scheme: dark)');

  override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
    this.scheme.addEventListener('change', this.redraw);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
    this.scheme.removeEventListener('change', this.redraw);
    this.chart?.destroy();
    this.chart = null;
  }

  protected override updated(changed: PropertyValues): void {
    if (this.chart && !changed.has('series')) this.chart.setData(this.data);
    else this.redraw();
  }

  /** Seconds since 1970, then one row of counts per series. */
  private get data(): uPlot.AlignedData {
    const times = this.hours.map(({ at }) => Date.parse(at) / 1000);
    return [times, ...this.series.map((name) => this.hours.map((hour) => hour[name]))];
  }

  private readonly redraw = (): void => {
    this.chart?.destroy();
    const style = getComputedStyle(this);
    const colour = (name: string) => resolve(style.getPropertyValue(name), this);
    const axis = { stroke: colour('--vf-quiet'), grid: { stroke: colour('--vf-line'), width: 1 } };
    const bars = uPlot.paths.bars!({ size: [0.7, 40] });
    const options: uPlot.Options = {
      width: this.clientWidth,
      height: HEIGHT_PX,
      cursor: { show: false },
      legend: { live: false },
      scales: { y: { range: (_chart, _least, most) => [0, Math.max(most, 4)] } },
      axes: [
        { ...axis, values: (_chart, times) => times.map((time) => new Date(time * 1000).getHours()) },
        { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000], size: 40 },
      ],
      series: [
        {},
        ...this.series.map((name, index) => {
          const paint = colour(COLOURS[index]!);
          return { label: NAMES[name], stroke: paint, fill: paint, paths: bars, points: { show: false } };
        }),
      ],
    };
    this.chart = new uPlot(options, this.data, this);
  };
}

/** Resolves a CSS value to a plain colour: a canvas supports neither light-dark() nor the page's colour scheme. */
function resolve(value: string, at: HTMLElement): string {
  const probe = document.createElement('span');
  probe.style.color = value;
  at.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

customElements.define('app-hours-chart', HoursChart);
