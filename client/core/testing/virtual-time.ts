/** Time that stands still until told, for as many tabs as share it. */
interface Task {
  id: number;
  at: number;
  run: () => void;
}

const DONE = Promise.resolve();
/** Longer than any chain of promises in the core. */
const LONGEST_CHAIN = 40;
const SHORT_CHAIN = 6;

export class VirtualTime {
  now = Date.parse('2026-01-01T00:00:00.000Z');
  /** Set by whoever settles a promise: much may follow from it before the next task. */
  progressed = false;
  private tasks: Task[] = [];
  private ids = 0;

  get pending(): number {
    return this.tasks.length;
  }

  after(ms: number, run: () => void): number {
    this.ids += 1;
    this.tasks.push({ id: this.ids, at: this.now + Math.max(0, ms), run });
    return this.ids;
  }

  cancel(id: number): void {
    const index = this.tasks.findIndex((task) => task.id === id);
    if (index >= 0) this.tasks.splice(index, 1);
  }

  /** Does what is due next, if it is due by `end`; else time is `end`. @returns whether something was done */
  step(end: number): boolean {
    let next = 0;
    for (let index = 1; index < this.tasks.length; index++) {
      if (isBefore(this.tasks[index]!, this.tasks[next]!)) next = index;
    }
    const task = this.tasks[next];
    if (!task || task.at > end) {
      this.now = Math.max(this.now, end);
      return false;
    }
    this.tasks.splice(next, 1);
    this.now = Math.max(this.now, task.at);
    task.run();
    return true;
  }

  /** Lets time pass, one task after the other, with everything that follows from each. */
  async pass(ms: number, settle: () => Promise<void>): Promise<void> {
    const end = this.now + ms;
    await settle();
    while (this.step(end)) await settle();
  }

  /**
   * As `pass`, for a simulation: a turn of the event loop for each task would cost more than all the rest, and so would
   * a promise for each wait.
   */
  async hurry(ms: number): Promise<void> {
    const end = this.now + ms;
    do {
      const turns = this.progressed ? LONGEST_CHAIN : SHORT_CHAIN;
      this.progressed = false;
      for (let turn = 0; turn < turns; turn++) await DONE;
    } while (this.step(end));
  }

  /** The computer sleeps: the clock goes on, timers do not. */
  sleep(ms: number): void {
    this.now += ms;
    for (const task of this.tasks) task.at += ms;
  }
}

/** Of two at the same time, the one that was asked for first. */
function isBefore(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.id < b.id);
}
