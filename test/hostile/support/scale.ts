/** `npm run test:hostile` tries all there is, `npm test` a selection. */
export const FULL = process.env.HOSTILE === 'full';
