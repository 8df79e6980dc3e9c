import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RATE_BUDGETS, SITE_FACTOR, SOCKET_BUDGETS, STORED_BUDGETS } from './budgets';

const OPERATE = readFileSync(join(__dirname, '../../docs/operate.md'), 'utf8');
const WINDOWS: Record<number, string> = { 5: '5 s', 60: '1 min', 900: '15 min', 3600: '1 h' };
const grouped = (value: number) => value.toLocaleString('en-US');

it('matches the table in docs/operate.md', () => {
  for (const [name, { points, seconds }] of Object.entries(RATE_BUDGETS)) {
    const row = OPERATE.split('\n').find((line) => line.includes(`\`${name}\``));
    expect([name, row]).toEqual([name, expect.stringContaining(`| ${grouped(points)} in ${WINDOWS[seconds]} |`)]);
  }
  const kept = { ...SOCKET_BUDGETS, ...STORED_BUDGETS, unusedBytesPerPerson: '1 GiB' };
  for (const [name, most] of Object.entries(kept)) {
    const row = OPERATE.split('\n').find((line) => line.includes(`\`${name}\``));
    const number = typeof most === 'number' ? grouped(most) : most;
    expect([name, row]).toEqual([name, expect.stringContaining(`| ${number} |`)]);
  }
  expect(OPERATE).toContain(`${SITE_FACTOR} times`);
});

it('leaves room for a person with many devices, tabs and scripts', () => {
  const { writesPerPerson, messagesPerSession, handshakesPerAddress } = RATE_BUDGETS;
  // 1000 switches at once, and 20 each second besides.
  expect(writesPerPerson.points).toBeGreaterThanOrEqual(1000 + 20 * writesPerPerson.seconds);
  expect(messagesPerSession.points / messagesPerSession.seconds).toBeGreaterThanOrEqual(50);
  expect(SOCKET_BUDGETS.perSession).toBeGreaterThanOrEqual(300);
  // All tabs of 10,000 people behind one proxy, after a restart of the server.
  expect(handshakesPerAddress.points).toBeGreaterThanOrEqual(10_000);
});
