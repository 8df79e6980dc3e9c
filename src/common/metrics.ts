import { Injectable } from '@nestjs/common';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

type Labels = Record<string, string | number>;

/** Bounds of what a request or a message takes; seconds. */
const SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What a node tells the operator in figures, as Prometheus reads them. All names begin with `vedfolnir_`. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** @param read called at each look of Prometheus; where it fails, the last value stays */
  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        try {
          this.set(await read());
        } catch {}
      },
    });
  }

  /** @returns counts one more */
  counter(name: string, help: string, labelNames: string[] = []): (labels?: Labels) => void {
    const counter = new Counter({ name, help, labelNames, registers: [this.registry] });
    return (labels = {}) => counter.inc(labels);
  }

  /** @returns notes how long something took */
  histogram(name: string, help: string, labelNames: string[]): (labels: Labels, seconds: number) => void {
    const histogram = new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [this.registry] });
    return (labels, seconds) => histogram.observe(labels, seconds);
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
