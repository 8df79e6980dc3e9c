import type { SessionState } from '../../src/protocol/http';

export interface OwnSwitch {
  platformId: number;
  /** Null until the server has answered. */
  revision: number | null;
}

/** Remembers what this tab asked for, to know its own doing again when a whole state tells of it. */
export class OwnSwitches {
  private entries: OwnSwitch[] = [];

  begin(platformId: number): OwnSwitch {
    const entry: OwnSwitch = { platformId, revision: null };
    this.entries.push(entry);
    return entry;
  }

  forget(entry: OwnSwitch): void {
    this.entries = this.entries.filter((other) => other !== entry);
  }

  /** Another person is signed in: what the first one asked for is nobody's here. */
  clear(): void {
    this.entries = [];
  }

  /** Whether this one still waits to be told. */
  has(entry: OwnSwitch): boolean {
    return this.entries.includes(entry);
  }

  claims(state: SessionState): boolean {
    return this.entries.some(
      ({ platformId, revision }) => platformId === state.platform?.id && (revision ?? 0) <= state.revision,
    );
  }

  /** What lies at or before this revision has been told. */
  settle(revision: number): void {
    this.entries = this.entries.filter((entry) => entry.revision === null || entry.revision > revision);
  }
}
