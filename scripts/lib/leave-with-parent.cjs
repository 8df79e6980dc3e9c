/**
 * Loaded before the server by `npm start`. The server has a process group of its own there, so a kill of the
 * terminal's group does not reach it: it learns from the closed channel that its parent is gone, and ends as asked.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
