/** "1 session", "2 sessions". */
export const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;
