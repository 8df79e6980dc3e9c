/**
 * Each begins with two tabs or more that are seen and right, on a network without trouble, and does one thing that the
 * core must bear: by that alone, and not by the next poll.
 */

import { LINES } from './scenarios/connections';
import { PAGES } from './scenarios/page-lifecycle';
import type { Scenario } from './scenarios/scenario';
import { ENDS } from './scenarios/session-ends';
import { CHOICES } from './scenarios/switches';

export const SCENARIOS: Record<string, Scenario> = { ...PAGES, ...LINES, ...CHOICES, ...ENDS };
