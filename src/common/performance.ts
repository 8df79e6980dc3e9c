/** Durations of operations: one histogram each, for the operator. */
import 'reflect-metadata';
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

/** Merges the nodes' reports: counts are added, and percentiles are those of the slowest node. */
export function mergeReports(reports: readonly OperationReport[]): OperationReport[] {
  const merged = new Map<string, OperationReport>();
  for (const report of reports) {
    const { operation } = report;
    const sofar = merged.get(operation) ?? { operation, count: 0, errors: 0, p50: 0, p95: 0, p99: 0, max: 0 };
    const worst = (of: 'p50' | 'p95' | 'p99' | 'max') => Math.max(sofar[of], report[of]);
    const [count, errors] = [sofar.count + report.count, sofar.errors + report.errors];
    merged.set(operation, {
      operation,
      count,
      errors,
      p50: worst('p50'),
      p95: worst('p95'),
      p99: worst('p99'),
      max: worst('max'),
    });
  }
  return [...merged.values()];
}

/**
 * Measures a method's duration, whether it returns or throws.
 * @param operation the name in the report; the method's name by default
 */
export function MonitorPerformance(operation?: string): MethodDecorator {
  return (_target, key, descriptor: PropertyDescriptor) => {
    const method = descriptor.value as (...args: unknown[]) => unknown;
    const name = operation ?? String(key);
    const measured = async function (this: unknown, ...args: unknown[]) {
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
    // What decorators below this one have declared, such as a route and its guards.
    for (const each of Reflect.getMetadataKeys(method)) {
      Reflect.defineMetadata(each, Reflect.getMetadata(each, method), measured);
    }
    descriptor.value = measured;
  };
}
