/**
 * Lighthouse for mobile, in a process of its own, as it is an ES module. Receives messages `{port, url}` for a
 * Chromium that listens on that port, and answers each with its results.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import lighthouse from 'lighthouse';

/** Lighthouse waits a second each for further activity; our pages are complete when they are quiet. ms */
const QUIET = { pauseAfterFcpMs: 0, pauseAfterLoadMs: 0, networkQuietThresholdMs: 500, cpuQuietThresholdMs: 500 };
const METRICS = [
  'first-contentful-paint',
  'largest-contentful-paint',
  'total-blocking-time',
  'speed-index',
  'cumulative-layout-shift',
  'total-byte-weight',
];

/**
 * Replaces the duration of each task by its CPU time: on a busy machine, most of a long task is waiting for the CPU.
 * Events inside of a task are scaled with it; the start times of tasks stay.
 */
function byProcessorTime(events) {
  const tasks = new Map();
  const threadOf = ({ pid, tid }) => `${pid} ${tid}`;
  for (const event of events) {
    if (event.ph !== 'X' || !event.name.endsWith('RunTask') || event.tdur === undefined || !event.dur) continue;
    const thread = threadOf(event);
    if (!tasks.has(thread)) tasks.set(thread, []);
    tasks.get(thread).push(event);
  }
  for (const list of tasks.values()) list.sort((one, other) => one.ts - other.ts);
  const taskAround = (event) => {
    const list = tasks.get(threadOf(event)) ?? [];
    let [first, end] = [0, list.length];
    while (first < end) {
      const middle = (first + end) >> 1;
      if (list[middle].ts <= event.ts) first = middle + 1;
      else end = middle;
    }
    const task = list[first - 1];
    return task && event.ts <= task.ts + task.dur ? task : null;
  };
  return events.map((event) => {
    const task = taskAround(event);
    if (!task) return event;
    const share = Math.min(1, task.tdur / task.dur);
    const moved = { ...event, ts: task.ts + (event.ts - task.ts) * share };
    if (event.dur !== undefined) moved.dur = event.dur * share;
    return moved;
  });
}

async function audit({ port, url }) {
  const folder = mkdtempSync(join(tmpdir(), 'vedfolnir-lighthouse-'));
  const flags = { port, output: 'json', logLevel: 'silent', disableFullPageScreenshot: true, ...QUIET };
  try {
    await lighthouse(url, { ...flags, gatherMode: folder });
    const file = join(folder, 'defaultPass.trace.json');
    const trace = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify({ ...trace, traceEvents: byProcessorTime(trace.traceEvents) }));
    return reportOf((await lighthouse(url, { ...flags, auditMode: folder })).lhr);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function reportOf({ categories, audits, runtimeError, finalDisplayedUrl }) {
  const failed = Object.values(categories)
    .filter(({ id }) => id !== 'performance')
    .flatMap(({ auditRefs }) => auditRefs)
    .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1)
    .map(({ id }) => `${id}: ${JSON.stringify(audits[id].details?.items ?? audits[id].displayValue)}`);
  return {
    url: finalDisplayedUrl,
    problem: runtimeError?.message ?? null,
    scores: Object.fromEntries(Object.values(categories).map(({ id, score }) => [id, Math.round(score * 100)])),
    metrics: Object.fromEntries(METRICS.map((id) => [id, audits[id].numericValue])),
    failed,
    /** Why the browser does not put the page into the back/forward cache. */
    notKept: (audits['bf-cache'].details?.items ?? []).map(({ reason }) => reason),
  };
}

process.on('message', (asked) => {
  audit(asked).then(
    (report) => process.send({ report }),
    (error) => process.send({ error: String(error?.stack ?? error) }),
  );
});
process.on('disconnect', () => process.exit());
