/**
 * Loaded before the server by `npm start`. The server runs in a separate process group, so a kill of the terminal's
 * group does not reach it. The closed IPC channel shows that the parent is gone; the server then shuts down.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
