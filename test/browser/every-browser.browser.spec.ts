/** Main paths and surroundings in each browser, all else in Chromium; the long form runs all in each of them. */

import { FULL } from '../support/scale';
import { details } from './every-browser/details';
import { frameworks } from './every-browser/frameworks';
import { mainPaths } from './every-browser/main-paths';
import { setEveryBrowserStage, setServers } from './every-browser/stage';
import { surroundings } from './every-browser/surroundings';
import { startChromium, startFirefox } from './support/drivers/puppeteer-browser';
import { startWebKit } from './support/drivers/webdriver-browser';

const servers = setServers();

describe.each([
  ['Chromium', startChromium],
  ['Firefox', startFirefox],
  ['WebKit', startWebKit],
])('%s', (name, start) => {
  const stage = setEveryBrowserStage(servers, start);
  mainPaths(stage);
  surroundings(stage);
  if (!FULL && name !== 'Chromium') return;
  details(stage);
  frameworks(stage);
});
