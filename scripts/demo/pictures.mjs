/** Renders the demo's pictures with Chromium: `node scripts/demo/pictures.mjs`, after a change to scenes.mjs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { AVATARS, SCENES } from './scenes.mjs';

const FOLDER = fileURLToPath(new URL('../../src/app/demo/pictures', import.meta.url));
const QUALITY = 0.82;

/** Runs in the page. @returns the picture as a data URL */
async function draw({ svg, width, height, quality }) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  canvas.getContext('2d').drawImage(image, 0, 0, width, height);
  return canvas.toDataURL('image/webp', quality);
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const page = await browser.newPage();
mkdirSync(FOLDER, { recursive: true });
for (const [drawings, width, height] of [
  [SCENES, 800, 600],
  [AVATARS, 160, 160],
]) {
  for (const [name, svg] of Object.entries(drawings)) {
    const url = await page.evaluate(draw, { svg, width, height, quality: QUALITY });
    writeFileSync(join(FOLDER, `${name}.webp`), Buffer.from(url.split(',')[1], 'base64'));
  }
}
await browser.close();
