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

describe('who leads the tabs of a browser', () => {
  it('is who asked first; the next follows at once when it stops', async () => {
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

  it('follows one that is gone without a word', async () => {
    const { open, pass } = browser();
    const [first, second] = [open(), open()];
    first.lead.queue();
    second.lead.queue();
    await pass();
    first.tab.close();
    await pass();
    expect(second.lead.isLeader).toBe(true);
  });

  it('is who takes it; the robbed one is told once, and stands in line again', async () => {
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

  it('is one alone when two take it in the same moment', async () => {
    const { open, pass } = browser();
    const tabs = [open(), open(), open()];
    for (const { lead } of tabs) lead.queue();
    await pass();
    tabs[1]?.lead.steal();
    tabs[2]?.lead.steal();
    await pass();
    expect(tabs.map(({ lead }) => lead.isLeader)).toEqual([false, false, true]);
  });

  it('is nobody who stopped while waiting: its place and a lock granted too late go to the next', async () => {
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

  it('is everybody where the browser has locks and refuses them', async () => {
    const { open, pass } = browser();
    const refusing: LockPort = { request: () => Promise.reject(new TypeError('No locks here')) };
    const { lead, told } = open(refusing);
    lead.queue();
    await pass();
    expect(told).toEqual(['refused']);
    expect(lead.isLeader).toBe(false);
  });
});
