/** The main paths, in Chromium, Firefox and WebKit: one browser of each for the whole run. */
import { mainPaths } from './every-browser/main-paths';
import { setEveryBrowserStage } from './every-browser/stage';
import { startChromium, startFirefox } from './support/drivers/puppeteer-browser';
import { startWebKit } from './support/drivers/webdriver-browser';

describe.each([
  ['Chromium', startChromium],
  ['Firefox', startFirefox],
  ['WebKit', startWebKit],
])('%s', (_name, start) => {
  const stage = setEveryBrowserStage(start);
  mainPaths(stage);
});
