/** Preloaded with --expose-gc: on SIGUSR2 a process collects its garbage and writes what memory it holds. */
process.on('SIGUSR2', () => {
  globalThis.gc();
  globalThis.gc();
  process.stdout.write(`memory ${JSON.stringify(process.memoryUsage())}\n`);
});
