/** With SQLite queries complete synchronously: lets other events run between two batches of them. */
export const otherEvents = (): Promise<void> => new Promise(setImmediate);
