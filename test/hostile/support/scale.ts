/** `npm run test:hostile` runs all cases, `npm test` a selection. */
export const FULL = process.env.HOSTILE === 'full';
