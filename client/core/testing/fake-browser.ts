/** A browser with several tabs: Web Locks that can be stolen, a BroadcastChannel, one clock for all. */
import type { ChannelPort, LockPort } from '../environment';
import type { TabMessage } from '../tab-channel/messages';
import { FakeEnvironment } from './fake-environment';
import type { VirtualTime } from './virtual-time';

/** Latency between two processes of a browser; ms. */
const HOP_MS = 2;

/** Delivers a message to one tab: once and in order, unless a test changes that. */
export type Carrier = (deliver: () => void) => void;

export class FakeTab extends FakeEnvironment {
  closed = false;
  frozen = false;
  /** Simulates a browser with locks but without channels. */
  channelless = false;
  /** Kinds of the messages that it has posted to the other tabs. */
  readonly said: string[] = [];
  /** Called by the network when the tab is closed. */
  onClose: () => void = () => {};
  /** Tasks that run when the tab is thawed. */
  private held: (() => void)[] = [];
  private readonly timers = new Set<number>();

  constructor(
    private readonly browser: FakeBrowser,
    readonly name: string,
    private readonly generate: () => number,
  ) {
    super(browser.time);
    this.locks = browser.locks.portFor(this);
  }

  /** Runs a task of this tab: postponed while it is frozen, dropped when it is closed. */
  run(task: () => void): void {
    if (this.closed) return;
    if (this.frozen) this.held.push(task);
    else task();
  }

  override setTimeout(task: () => void, ms: number): number {
    const timer = this.clock.after(ms, () => this.run(() => this.timers.delete(timer) && task()));
    this.timers.add(timer);
    return timer;
  }

  /** Also cancels a due task that waits for the thaw. */
  override clearTimeout(timer: number): void {
    if (this.timers.delete(timer)) super.clearTimeout(timer);
  }

  /** By the clock of the browser, which may be wrong. */
  override now(): number {
    return this.clock.now + this.browser.clockOffMs;
  }

  override openChannel(name: string): ChannelPort | null {
    return this.channelless ? null : this.browser.channels.open(name, this);
  }

  override random(): number {
    return this.generate();
  }

  override randomId(): string {
    return this.name;
  }

  freeze(): void {
    this.frozen = true;
  }

  /** Runs the waiting tasks one after the other, each with all its consequences. */
  thaw(): void {
    this.frozen = false;
    for (const task of this.held.splice(0)) {
      this.clock.after(0, () => this.run(task));
    }
  }

  /** Gone at once, like a tab that crashes: none of its own code runs any more. */
  close(): void {
    this.closed = true;
    this.browser.locks.leave(this);
    this.browser.channels.leave(this);
    this.onClose();
  }
}

export class FakeBrowser {
  readonly locks: FakeLocks;
  readonly channels: FakeChannels;
  readonly tabs: FakeTab[] = [];
  clockOffMs = 0;

  constructor(
    readonly time: VirtualTime,
    private readonly random: () => number,
  ) {
    this.locks = new FakeLocks(time);
    this.channels = new FakeChannels(time);
  }

  open(): FakeTab {
    const tab = new FakeTab(this, `tab-${this.tabs.length + 1}`, this.random);
    this.tabs.push(tab);
    return tab;
  }
}

const ABORTED = Object.assign(new Error('The lock is not ours'), { name: 'AbortError' });

interface LockRequest {
  tab: FakeTab;
  held: () => Promise<void>;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

/** A single lock: the product uses no other. */
class FakeLocks {
  private store: LockRequest | null = null;
  private queue: LockRequest[] = [];

  constructor(private readonly time: VirtualTime) {}

  get holdingTab(): FakeTab | null {
    return this.store?.tab ?? null;
  }

  portFor(tab: FakeTab): LockPort {
    return {
      request: (_name, how, held) =>
        new Promise<void>((resolve, reject) => {
          const request = { tab, held, resolve, reject };
          if ('steal' in how) return this.steal(request);
          how.signal.addEventListener('abort', () => this.withdraw(request));
          this.queue.push(request);
          this.grantNext();
        }),
    };
  }

  leave(tab: FakeTab): void {
    this.queue = this.queue.filter((request) => request.tab !== tab);
    if (this.store?.tab === tab) this.release(this.store);
  }

  private steal(request: LockRequest): void {
    const robbed = this.store;
    if (robbed) robbed.tab.run(() => this.reject(robbed));
    this.grant(request);
  }

  private withdraw(request: LockRequest): void {
    this.queue = this.queue.filter((other) => other !== request);
    this.reject(request);
  }

  private reject(request: LockRequest): void {
    this.time.progressed = true;
    request.reject(ABORTED);
  }

  private release(request: LockRequest): void {
    if (this.store !== request) return;
    this.store = null;
    this.grantNext();
  }

  private grantNext(): void {
    const next = this.store ? undefined : this.queue.shift();
    if (next) this.grant(next);
  }

  private grant(request: LockRequest): void {
    this.store = request;
    this.time.after(HOP_MS, () =>
      request.tab.run(() => {
        this.time.progressed = true;
        void request.held().then(() => {
          this.release(request);
          request.resolve();
        });
      }),
    );
  }
}

class FakeChannels {
  /** Number of messages posted by all tabs. */
  posted = 0;
  carry: Carrier = (deliver) => void this.time.after(HOP_MS, deliver);
  private members: { name: string; tab: FakeTab; heard: (message: unknown) => void }[] = [];

  constructor(private readonly time: VirtualTime) {}

  open(name: string, tab: FakeTab): ChannelPort {
    const member = { name, tab, heard: (_message: unknown) => {} };
    this.members.push(member);
    return {
      post: (message) => this.post(member, message),
      listen: (heard) => {
        member.heard = heard;
      },
      close: () => {
        this.members = this.members.filter((other) => other !== member);
      },
    };
  }

  leave(tab: FakeTab): void {
    this.members = this.members.filter((member) => member.tab !== tab);
  }

  private post(from: (typeof this.members)[number], message: unknown): void {
    this.posted += 1;
    from.tab.said.push((message as TabMessage).body.kind);
    for (const member of this.members) {
      if (member === from || member.name !== from.name) continue;
      this.carry(() => member.tab.run(() => this.members.includes(member) && member.heard(message)));
    }
  }
}
