import { Injectable } from '@nestjs/common';
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

type Labels = Record<string, string | number>;

/** Histogram buckets for requests and messages, in seconds. */
const SECONDS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** A node's metrics in Prometheus format. All names begin with `vedfolnir_`. */
@Injectable()
export class Metrics {
  private readonly registry = new Registry();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** @param read called at each scrape; if it fails, the last value is kept */
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

  /** @returns a function that increments the counter */
  counter(name: string, help: string, labelNames: string[] = []): (labels?: Labels) => void {
    const counter = new Counter({ name, help, labelNames, registers: [this.registry] });
    return (labels = {}) => counter.inc(labels);
  }

  /** @returns a function that records a duration */
  histogram(name: string, help: string, labelNames: string[]): (labels: Labels, seconds: number) => void {
    const histogram = new Histogram({ name, help, labelNames, buckets: SECONDS, registers: [this.registry] });
    return (labels, seconds) => histogram.observe(labels, seconds);
  }

  text(): Promise<string> {
    return this.registry.metrics();
  }
}
