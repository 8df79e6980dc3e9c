/** Random sequences of actions by several users on several devices and tabs, compared with a model after each step. */
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import type { QueryRunner } from 'typeorm';
import { Connections } from '../../src/database/connections';
import { type App, closeApps, DATABASES, startApp } from '../integration/support/app';
import { FULL } from '../support/scale';
import { closeTabs } from '../support/socket-client';
import { type Step, step, take } from './support/steps';
import { Person } from './support/world';

/** Random sequences, on top of the known ones. */
const RUNS = FULL ? 200 : 3;
const LONGEST = FULL ? 60 : 25;
/**
 * Run each time: a pinned session among others, a session that expires by idleness only, one that is extended up to
 * the absolute limit, and a post for a platform that is not active any more.
 */
const KNOWN: Step[][] = [
  [does('switch', 1, 1), does('switch', 0, 0, true), does('reachForOthers', 0, 0), does('follow', 1, 0)],
  [does('wait', 0, 0, true), does('extend', 1, 0), does('wait', 0, 0, true), does('wait', 0, 0, true)],
  Array.from({ length: 5 }, () => [does('wait', 0, 0, true), does('extend', 0, 0)]).flat(),
  [does('switch', 0, 0, true), does('switch', 1, 1, true), does('post', 0, 0), does('post', 0, 1)],
];

function does(action: string, device: number, choice: number, flag = false): Step {
  return { action, who: 0, device, choice, flag };
}

/** Printed with a failure; the short form repeats the same sequences, `SEED=` repeats others. */
const SEED = Number(process.env.SEED ?? (FULL ? Date.now() % 1_000_000 : 1));

/** Long enough that a tab which is notified too early reads before the commit. */
const COMMIT_MS = 10;

function delayCommits(app: App): void {
  const runner = Object.getPrototypeOf(app.get<Connections>(Connections).writer.createQueryRunner()) as QueryRunner;
  const { commitTransaction } = runner;
  jest.spyOn(runner, 'commitTransaction').mockImplementation(async function (this: QueryRunner) {
    await pause(COMMIT_MS);
    await commitTransaction.call(this);
  });
}

jest.setTimeout(FULL ? 3_600_000 : 180_000);

describe.each(DATABASES)('%s', (_, database) => {
  let app: App;
  beforeAll(async () => {
    app = await startApp(await database());
    delayCommits(app);
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await closeApps();
  });

  it(`is as the model after each step of any sequence (seed ${SEED})`, async () => {
    const sequences = fc.array(step, { minLength: Math.floor(LONGEST / 2), size: 'max', maxLength: LONGEST });
    const property = fc.asyncProperty(sequences, async (steps) => {
      const people: [Person, Person] = [await Person.register(app), await Person.register(app)];
      // Random actions have no effect without platforms, sessions and tabs, so each user gets some first.
      for (const [index] of people.entries()) {
        for (const action of ['connect', 'connect', 'signIn', 'openTab']) {
          await take(people, { action, who: index, device: 0, choice: 0, flag: false });
        }
      }
      for (const each of steps) await take(people, each);
      for (const person of people) await person.checkAll();
      closeTabs();
    });
    await fc.assert(property, {
      // The examples count as runs.
      numRuns: KNOWN.length + RUNS,
      seed: SEED,
      endOnFailure: !FULL,
      examples: KNOWN.map((steps) => [steps]),
    });
  });
});
