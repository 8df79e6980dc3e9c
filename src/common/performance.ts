/** How long operations take: a histogram each, for the operator. */
import { createHistogram, performance, type RecordableHistogram } from 'node:perf_hooks';
import type { OperationReport } from '../protocol/admin';

const operations = new Map<string, { histogram: RecordableHistogram; errors: number }>();

export function recordOperation(name: string, milliseconds: number, failed: boolean): void {
  const entry = operations.get(name) ?? { histogram: createHistogram(), errors: 0 };
  operations.set(name, entry);
  entry.histogram.record(Math.max(1, Math.round(milliseconds * 1e6)));
  if (failed) entry.errors++;
}

export function operationReports(): OperationReport[] {
  const ms = (nanoseconds: number): number => Math.round(nanoseconds / 1e3) / 1e3;
  return [...operations].map(([operation, { histogram, errors }]) => ({
    operation,
    count: histogram.count,
    errors,
    p50: ms(histogram.percentile(50)),
    p95: ms(histogram.percentile(95)),
    p99: ms(histogram.percentile(99)),
    max: ms(histogram.max),
  }));
}

/**
 * Measures a method, whether it answers or throws.
 * @param operation the name in the report; the method's own where none is given
 */
export function MonitorPerformance(operation?: string): MethodDecorator {
  return (_target, key, descriptor: PropertyDescriptor) => {
    const method = descriptor.value as (...args: unknown[]) => unknown;
    const name = operation ?? String(key);
    descriptor.value = async function (this: unknown, ...args: unknown[]) {
      const started = performance.now();
      let failed = true;
      try {
        const result = await method.apply(this, args);
        failed = false;
        return result;
      } finally {
        recordOperation(name, performance.now() - started, failed);
      }
    };
  };
}
