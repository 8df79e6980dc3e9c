/** Preloaded with --expose-gc: on SIGUSR2 the process collects garbage and prints its memory usage. */
process.on('SIGUSR2', () => {
  globalThis.gc();
  globalThis.gc();
  process.stdout.write(`memory ${JSON.stringify(process.memoryUsage())}\n`);
});
