import type { LockPort } from '../environment';
import { FakeBrowser } from '../testing/fake-browser';
import { settle } from '../testing/fake-environment';
import { VirtualTime } from '../testing/virtual-time';
import { LeaderElection } from './leader-election';

function browser() {
  const time = new VirtualTime();
  const tabs = new FakeBrowser(time, () => 0.5);
  const open = (locks: LockPort | null = null) => {
    const tab = tabs.open();
    const told: string[] = [];
    const tell = (what: string) => () => void told.push(what);
    const hooks = { elected: tell('elected'), deposed: tell('deposed'), unavailable: tell('refused') };
    return { tab, told, lead: new LeaderElection(locks ?? (tab.locks as LockPort), hooks) };
  };
  return { open, pass: () => time.pass(10, settle) };
}

describe('the leader of the tabs of a browser', () => {
  it('is the tab that asked first; the next follows at once when it stops', async () => {
    const { open, pass } = browser();
    const [first, second] = [open(), open()];
    first.lead.queue();
    second.lead.queue();
    await pass();
    expect([first.lead.isLeader, second.lead.isLeader]).toEqual([true, false]);
    first.lead.stop();
    await pass();
    expect([first.lead.isLeader, second.lead.isLeader]).toEqual([false, true]);
    expect([first.told, second.told]).toEqual([['elected'], ['elected']]);
  });

  it('is replaced when its tab is gone', async () => {
    const { open, pass } = browser();
    const [first, second] = [open(), open()];
    first.lead.queue();
    second.lead.queue();
    await pass();
    first.tab.close();
    await pass();
    expect(second.lead.isLeader).toBe(true);
  });

  it('is a tab that steals the lock; the deposed one is notified once, and queues again', async () => {
    const { open, pass } = browser();
    const [first, second] = [open(), open()];
    first.lead.queue();
    await pass();
    second.lead.steal();
    await pass();
    expect([first.lead.isLeader, second.lead.isLeader]).toEqual([false, true]);
    expect(first.told).toEqual(['elected', 'deposed']);
    second.lead.stop();
    await pass();
    expect(first.told).toEqual(['elected', 'deposed', 'elected']);
  });

  it('is a single one when two steal the lock at the same time', async () => {
    const { open, pass } = browser();
    const tabs = [open(), open(), open()];
    for (const { lead } of tabs) lead.queue();
    await pass();
    tabs[1]?.lead.steal();
    tabs[2]?.lead.steal();
    await pass();
    expect(tabs.map(({ lead }) => lead.isLeader)).toEqual([false, false, true]);
  });

  it('is never a tab that stopped while queued: its place and a lock granted too late go to the next', async () => {
    const { open, pass } = browser();
    const [first, second, third] = [open(), open(), open()];
    for (const { lead } of [first, second, third]) lead.queue();
    // The first has been granted the lock, but its callback has not run yet.
    first.lead.stop();
    second.lead.stop();
    await pass();
    expect([first.told, second.told]).toEqual([[], []]);
    expect(third.lead.isLeader).toBe(true);
  });

  it('is not elected if the browser refuses locks', async () => {
    const { open, pass } = browser();
    const refusing: LockPort = { request: () => Promise.reject(new TypeError('No locks here')) };
    const { lead, told } = open(refusing);
    lead.queue();
    await pass();
    expect(told).toEqual(['refused']);
    expect(lead.isLeader).toBe(false);
  });
});
