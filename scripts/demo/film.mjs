/**
 * The animation of README: two windows of one user; both follow a switch in one of them.
 * `node scripts/demo/film.mjs` after `npm run build`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'modern-gif';
import { launchChromium, ROOT, startDemo } from './demo-server.mjs';

const OUTPUT = join(ROOT, 'docs/screens/two-windows.gif');
const WINDOW = { width: 620, height: 560 };
/** Size of the animation; pixels. */
const SIZE = { width: 960, height: 460 };
const COLOURS = 128;

async function openWindow(browser, url) {
  const context = await browser.newContext({ viewport: WINDOW, locale: 'en-GB', reducedMotion: 'reduce' });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  await page.goto(`${url}/login`);
  await page.getByRole('button', { name: 'Try the demo' }).click();
  await page.getByRole('button', { name: 'Close the first steps' }).click();
  return page;
}

const shows = (page, name) => page.locator('#active-platform', { hasText: name }).waitFor();
/** The posts and their visible pictures; the others load only when scrolled to. */
async function settled(page) {
  await page.locator('[data-posts] article').first().waitFor();
  await page.waitForFunction(() =>
    [...document.images]
      .filter((image) => image.getBoundingClientRect().top < window.innerHeight)
      .every(({ complete }) => complete),
  );
}

/** Runs in a page: draws both windows side by side, and the pointer. @returns RGBA as base64 */
async function draw({ shots, pointer, size, windowSize }) {
  const canvas = Object.assign(document.createElement('canvas'), size);
  const pen = canvas.getContext('2d');
  const [gap, bar] = [14, 26];
  const width = (size.width - 3 * gap) / 2;
  const scale = width / windowSize.width;
  pen.fillStyle = '#dfe5e8';
  pen.fillRect(0, 0, size.width, size.height);
  for (const [index, shot] of shots.entries()) {
    const image = new Image();
    image.src = `data:image/png;base64,${shot}`;
    await image.decode();
    const x = gap + index * (width + gap);
    const height = Math.min(windowSize.height * scale, size.height - 2 * gap - bar);
    pen.fillStyle = '#37474f';
    pen.fillRect(x, gap, width, bar);
    for (const [dot, colour] of ['#ef6c60', '#f2c14e', '#74c365'].entries()) {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.arc(x + 14 + dot * 16, gap + bar / 2, 5, 0, 7);
      pen.fill();
    }
    pen.drawImage(image, 0, 0, windowSize.width, height / scale, x, gap + bar, width, height);
    if (pointer?.window !== index) continue;
    const [left, top] = [x + pointer.x * scale, gap + bar + pointer.y * scale];
    pen.fillStyle = 'rgb(11 93 102 / 30%)';
    pen.beginPath();
    pen.arc(left, top, 15, 0, 7);
    pen.fill();
    pen.fillStyle = '#fff';
    pen.strokeStyle = '#111';
    pen.lineWidth = 1.5;
    pen.beginPath();
    for (const [dx, dy] of [
      [0, 0],
      [0, 17],
      [4.5, 13.5],
      [7.5, 20],
      [10.5, 18.6],
      [7.5, 12.4],
      [13, 12],
    ])
      pen.lineTo(left + dx, top + dy);
    pen.closePath();
    pen.fill();
    pen.stroke();
  }
  const { data } = pen.getImageData(0, 0, size.width, size.height);
  let text = '';
  for (let at = 0; at < data.length; at += 32768) text += String.fromCharCode(...data.subarray(at, at + 32768));
  return btoa(text);
}

const server = await startDemo();
const browser = await launchChromium();
const windows = [await openWindow(browser, server.url), await openWindow(browser, server.url)];
const table = await browser.newPage();
const frames = [];

/** @param delay how long the frame is shown; ms @param pointer its window and target element */
async function take(delay, pointer) {
  const shots = [];
  for (const page of windows) shots.push((await page.screenshot()).toString('base64'));
  const box = pointer && (await pointer.on.boundingBox());
  const at = box && { window: pointer.window, x: box.x + box.width * 0.6, y: box.y + box.height * 0.55 };
  const pixels = await table.evaluate(draw, { shots, pointer: at, size: SIZE, windowSize: WINDOW });
  frames.push({ data: new Uint8ClampedArray(Buffer.from(pixels, 'base64')), delay });
}

async function switchIn(index, name) {
  const page = windows[index];
  const button = page.getByRole('button', { name: /Active platform/ });
  await take(700, { window: index, on: button });
  await button.click();
  const option = page.getByRole('option', { name: new RegExp(`^${name}`) });
  await option.hover();
  await take(900, { window: index, on: option });
  await option.click();
  await Promise.all(windows.map((each) => shows(each, name)));
  await Promise.all(windows.map(settled));
  await take(2200, { window: index, on: page.locator('#active-platform') });
}

await Promise.all(windows.map(settled));
await take(1500);
await switchIn(0, 'Photo Walks');
await switchIn(1, 'Town Square');
const gif = await encode({ ...SIZE, frames, maxColors: COLOURS });
writeFileSync(OUTPUT, Buffer.from(gif));
process.stdout.write(`${OUTPUT}: ${Math.round(gif.byteLength / 1024)} KB, ${frames.length} frames\n`);
await browser.close();
await server.stop();
