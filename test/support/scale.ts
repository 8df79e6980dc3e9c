/** `npm run test:long` runs all cases, `npm test` a selection. */
export const FULL = process.env.LONG === '1';
