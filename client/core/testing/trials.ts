/**
 * Each begins with two tabs or more that are seen and right, on a network without trouble, and does one thing that the
 * core must bear: by that alone, and not by the next poll.
 */
import { CHOICES } from './trials/choices';
import { ENDS } from './trials/ends';
import { LINES } from './trials/lines';
import { PAGES } from './trials/pages';
import type { Trial } from './trials/trial';

export const TRIALS: Record<string, Trial> = { ...PAGES, ...LINES, ...CHOICES, ...ENDS };
