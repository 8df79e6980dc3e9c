import type { SessionState } from '../../src/protocol/http';

export interface OwnSwitch {
  platformId: number;
  /** Who asked; null where that was not known yet. */
  userId: number | null;
  /** Null until the server has answered. */
  revision: number | null;
}

/** Remembers what this tab asked for, to know its own doing again when a whole state tells of it. */
export class OwnSwitches {
  private entries: OwnSwitch[] = [];

  begin(platformId: number, userId: number | null): OwnSwitch {
    const entry: OwnSwitch = { platformId, userId, revision: null };
    this.entries.push(entry);
    return entry;
  }

  forget(entry: OwnSwitch): void {
    this.entries = this.entries.filter((other) => other !== entry);
  }

  /** Whether this state, where it is told, may be this tab's doing; another person's never is. */
  claims(state: SessionState): boolean {
    return this.entries.some(
      ({ platformId, userId, revision }) =>
        platformId === state.platform?.id &&
        (userId ?? state.user.id) === state.user.id &&
        (revision ?? 0) <= state.revision,
    );
  }

  /** What lies at or before this revision has been told. */
  settle(revision: number): void {
    this.entries = this.entries.filter((entry) => entry.revision === null || entry.revision > revision);
  }
}
