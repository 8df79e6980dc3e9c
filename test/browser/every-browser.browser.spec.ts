/** The main paths, in Chromium, Firefox and WebKit: one browser of each for the whole run. */

import { FULL } from '../support/scale';
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
  if (FULL || name === 'Chromium') frameworks(stage);
  surroundings(stage);
});
