/**
 * Each scenario begins with two or more visible tabs that are up to date, on a network without faults, and causes one
 * event that the core must handle at once, not by the next poll.
 */

import { LINES } from './scenarios/connections';
import { PAGES } from './scenarios/page-lifecycle';
import type { Scenario } from './scenarios/scenario';
import { ENDS } from './scenarios/session-ends';
import { CHOICES } from './scenarios/switches';

export const SCENARIOS: Record<string, Scenario> = { ...PAGES, ...LINES, ...CHOICES, ...ENDS };
