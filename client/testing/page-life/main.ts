/** The script of a page that runs the schedules, one iframe after the other. */
import { Life } from './life';

declare global {
  interface Window {
    /** @returns the problems of the schedules `from` to `to`; stops early after several */
    runSchedules(from: number, to: number): Promise<string[]>;
  }
}

const MOST_PROBLEMS = 5;

window.runSchedules = async (from, to) => {
  const problems: string[] = [];
  for (let seed = from; seed <= to && problems.length < MOST_PROBLEMS; seed++)
    problems.push(...(await new Life(seed).run()));
  return problems;
};
