/** The database content at each revision of each user: whatever a tab shows must have been true at some time. */
import type { PlatformView } from '../../../src/protocol/http';
import type { FakeServer } from './fake-server';

export interface Snapshot {
  username: string;
  platforms: readonly PlatformView[];
  active: Readonly<Record<string, number | null>>;
  /** The tab that requested this change; null: none. */
  by: string | null;
}

export class History {
  private readonly moments = new Map<number, Snapshot[]>();

  constructor(servers: FakeServer[]) {
    for (const server of servers) this.record(server, null);
  }

  record(server: FakeServer, by: string | null): void {
    const { username, platforms, active, userId, revision } = server;
    const moments = this.moments.get(userId) ?? [];
    moments[revision] = { username, platforms, active: { ...active }, by };
    this.moments.set(userId, moments);
  }

  at(userId: number, revision: number): Snapshot | undefined {
    return this.moments.get(userId)?.[revision];
  }

  /** Whether this tab requested one of the changes from revision `after` (exclusive) to `upTo` (inclusive). */
  isBy(tab: string, userId: number, after: number, upTo: number): boolean {
    return (this.moments.get(userId) ?? []).slice(after + 1, upTo + 1).some(({ by }) => by === tab);
  }
}

/** The active platform of the session at that time. */
export function activeIn({ platforms, active }: Snapshot, session: string): PlatformView | null {
  return platforms.find(({ id }) => id === active[session]) ?? null;
}
