/** Loaded into every suite with services: what a suite forgot to stop, or could not for a failure, ends with it. */
import { stopAll } from './processes';
import { closeTabs } from './socket-client';

afterAll(async () => {
  closeTabs();
  await stopAll();
});
