import { GRID_MS, roundUpToGrid } from './expiry-watch';

it('lets sessions whose time is nearly the same wait for the same moment, none of them early or much too late', () => {
  const now = Date.parse('2026-01-01T00:00:00.013Z');
  const waits = Array.from({ length: 1000 }, (_, index) => index * 0.5);
  const moments = waits.map((wait) => now + roundUpToGrid(wait, now));
  moments.forEach((moment, index) => {
    const late = moment - (now + waits[index]!);
    expect(late).toBeGreaterThanOrEqual(0);
    expect(late).toBeLessThan(GRID_MS);
  });
  expect(new Set(moments).size).toBe(500 / GRID_MS + 1);
});
