/** An error and its causes on one line: "The database cannot be reached: connect ECONNREFUSED …". */
export function describeError(thrown: unknown): string {
  const messages: string[] = [];
  for (let error: unknown = thrown; error instanceof Error && messages.length < 5; error = error.cause) {
    const text = error.message || (error as NodeJS.ErrnoException).code || error.name;
    if (!messages.some((message) => message.includes(text))) messages.push(text);
  }
  return messages.join(': ') || String(thrown);
}
