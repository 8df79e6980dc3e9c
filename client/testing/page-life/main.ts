/** The script of a page that lives through schedules, one frame after the other. */
import { Life } from './life';

declare global {
  interface Window {
    /** @returns what went wrong in the schedules `from` to `to`, until some have failed */
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
