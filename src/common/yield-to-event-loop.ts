/** With SQLite queries complete synchronously: lets other events run between two batches of them. */
export const yieldToEventLoop = (): Promise<void> => new Promise(setImmediate);
