/** Loaded into every suite with services: stops what a suite did not stop, as after a failure. */
import { stopAll } from './processes';
import { closeTabs } from './socket-client';
import { closeProxies } from './tcp-proxy';

afterAll(async () => {
  closeTabs();
  await closeProxies();
  await stopAll();
});
