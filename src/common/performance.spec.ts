import { MonitorPerformance, operationReports } from './performance';

class Work {
  private readonly factor = 2;

  @MonitorPerformance('doubling')
  async double(value: number): Promise<number> {
    return value * this.factor;
  }

  @MonitorPerformance()
  async refuse(): Promise<void> {
    throw new Error('on purpose');
  }

  @MonitorPerformance('sudden')
  async sudden(fail: boolean): Promise<void> {
    if (fail) throw new TypeError('at once');
  }
}

const report = (operation: string) => operationReports().find((each) => each.operation === operation);

describe('MonitorPerformance', () => {
  const work = new Work();

  it('returns the method’s result, passes this and arguments, and counts the call', async () => {
    expect(await Promise.all([work.double(2), work.double(21)])).toEqual([4, 42]);
    expect(report('doubling')).toMatchObject({ count: 2, errors: 0 });
  });

  it('rethrows the method’s error, counts it, and uses the method’s name', async () => {
    await expect(work.refuse()).rejects.toThrow('on purpose');
    expect(report('refuse')).toMatchObject({ count: 1, errors: 1 });
    await work.sudden(false);
    await expect(work.sudden(true)).rejects.toThrow(TypeError);
    expect(report('sudden')).toMatchObject({ count: 2, errors: 1 });
  });

  it('reports percentiles in milliseconds', async () => {
    const { p50, p95, p99, max } = report('doubling')!;
    expect(p50).toBeGreaterThan(0);
    expect(p95).toBeGreaterThanOrEqual(p50);
    expect(p99).toBeGreaterThanOrEqual(p95);
    expect(max).toBeGreaterThanOrEqual(p99 * 0.99);
    expect(max).toBeLessThan(1000);
  });
});
