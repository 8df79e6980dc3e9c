/** Time that advances only on request, shared by any number of tabs. */
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
  /** Set by code that settles a promise: many callbacks may follow before the next task. */
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

  /** Runs the next task if it is due by `end`; otherwise sets the time to `end`. @returns whether a task has run */
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

  /** Advances the time, one task after the other, each with all its consequences. */
  async pass(ms: number, settle: () => Promise<void>): Promise<void> {
    const end = this.now + ms;
    await settle();
    while (this.step(end)) await settle();
  }

  /**
   * Like `pass`, for a simulation: a turn of the event loop for each task, or a promise for each wait, would dominate
   * the run time.
   */
  async hurry(ms: number): Promise<void> {
    const end = this.now + ms;
    do {
      const turns = this.progressed ? LONGEST_CHAIN : SHORT_CHAIN;
      this.progressed = false;
      for (let turn = 0; turn < turns; turn++) await DONE;
    } while (this.step(end));
  }

  /** The computer sleeps: the clock advances, timers do not. */
  sleep(ms: number): void {
    this.now += ms;
    for (const task of this.tasks) task.at += ms;
  }
}

/** Tasks of the same time run in the order of their creation. */
function isBefore(a: Task, b: Task): boolean {
  return a.at < b.at || (a.at === b.at && a.id < b.id);
}
