import { eventually } from './eventually';

describe('eventually', () => {
  it('answers the first truthy value', async () => {
    let calls = 0;
    await expect(eventually(() => ++calls > 2 && calls, { interval: 1 })).resolves.toBe(3);
  });

  it('takes a block of expectations that stops throwing', async () => {
    let calls = 0;
    await eventually(() => void expect(++calls).toBe(2), { interval: 1 });
  });

  it('throws what the probe last threw, once the time is over', async () => {
    const probe = () => Promise.reject(new Error('still dark'));
    await expect(eventually(probe, { timeout: 20, interval: 1 })).rejects.toThrow('still dark');
    await expect(eventually(() => false, { timeout: 20, interval: 1 })).rejects.toThrow('Not within 20 ms');
  });
});
