/** Loaded into every suite with services: what a suite forgot to stop, or could not for a failure, ends with it. */
import { stopAll } from './processes';
import { closeTabs } from './socket-client';
import { closeProxies } from './tcp-proxy';

afterAll(async () => {
  closeTabs();
  await closeProxies();
  await stopAll();
});
