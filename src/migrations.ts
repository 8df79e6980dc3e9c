import { Initial1761264000000 } from './migrations/1761264000000-initial';

/** In the order in which they run. */
export const MIGRATIONS = [Initial1761264000000];
