import { hostname } from 'node:os';
import * as v from 'valibot';
import type { Clock } from '../common/clock';
import { operationReports } from '../common/performance';
import type { OperationReport } from '../protocol/admin';
import type { RedisClient } from './redis';

const integer = v.pipe(v.number(), v.safeInteger());
/** Whatever its figures are: those of other versions may differ. */
const report = v.objectWithRest({ operation: v.string() }, v.number()) as unknown as v.GenericSchema<OperationReport>;

/** What a node publishes about itself, and when. Checked, as it is read from Redis. */
const ENTRY = v.object({
  id: v.string(),
  host: v.string(),
  pid: integer,
  startedAt: v.string(),
  sockets: integer,
  operations: v.array(report),
  at: integer,
});
type Entry = v.InferOutput<typeof ENTRY>;
export type NodeInfo = Omit<Entry, 'at'>;

const HEARTBEAT_INTERVAL_MS = 4000;
/** Three missed heartbeats. */
const EXPIRY_MS = 12_000;

/** The running nodes, each of which publishes its own entry; without Redis only this one. */
export class NodeRegistry {
  private readonly startedAt: string;
  /** Null for a process that only reads the list, such as the command line. */
  private countSockets: (() => number) | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly redis: RedisClient | null,
    private readonly namespace: string,
    private readonly id: string,
    private readonly clock: Clock,
  ) {
    this.startedAt = clock.now().toISOString();
  }

  /**
   * @param countSockets counts the sockets of this node
   * @param onHeartbeat gets all nodes, this one first, every few seconds; never called without Redis
   */
  start(countSockets: () => number, onHeartbeat: (all: NodeInfo[]) => void): void {
    this.countSockets = countSockets;
    if (!this.redis) return;
    const sendHeartbeat = async () => {
      await this.publish();
      onHeartbeat(await this.list());
    };
    // A failed write is repeated with the next heartbeat.
    this.timer = setInterval(() => sendHeartbeat().catch(() => undefined), HEARTBEAT_INTERVAL_MS).unref();
    sendHeartbeat().catch(() => undefined);
  }

  /** @returns this node first; it alone while Redis is unavailable */
  async list(): Promise<NodeInfo[]> {
    const self = this.countSockets ? [this.describeSelf(this.countSockets)] : [];
    if (!this.redis) return self;
    const since = this.clock.now().getTime() - EXPIRY_MS;
    const entries = await this.redis.hVals(this.key).catch(() => []);
    const alive = entries.map(parseEntry).filter((entry) => entry !== null && entry.at > since) as Entry[];
    return [...self, ...alive.filter(({ id }) => id !== this.id)];
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.countSockets = null;
    await this.redis?.hDel(this.key, this.id).catch(() => undefined);
  }

  private async publish(): Promise<void> {
    if (!this.countSockets) return;
    const entry = { ...this.describeSelf(this.countSockets), at: this.clock.now().getTime() };
    await this.redis?.multi().hSet(this.key, this.id, JSON.stringify(entry)).pExpire(this.key, EXPIRY_MS).exec();
  }

  private describeSelf(countSockets: () => number): NodeInfo {
    const { id, startedAt } = this;
    return {
      id,
      host: hostname(),
      pid: process.pid,
      startedAt,
      sockets: countSockets(),
      operations: operationReports(),
    };
  }

  private get key(): string {
    return `${this.namespace}:nodes`;
  }
}

/** @returns null for an entry that is not in the expected format */
function parseEntry(text: string): Entry | null {
  try {
    return v.parse(ENTRY, JSON.parse(text));
  } catch {
    return null;
  }
}
