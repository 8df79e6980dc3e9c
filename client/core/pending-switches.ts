import type { SessionState, SwitchScope } from '../../src/protocol/http';

export interface PendingSwitch {
  platformId: number;
  scope: SwitchScope;
  /** Who asked; null where that was not known yet. */
  userId: number | null;
  /** Null until the server has answered. */
  revision: number | null;
}

/** Remembers what this tab asked for, to know its own doing again when a whole state tells of it. */
export class PendingSwitches {
  private entries: PendingSwitch[] = [];

  add(platformId: number, scope: SwitchScope, userId: number | null): PendingSwitch {
    const entry: PendingSwitch = { platformId, scope, userId, revision: null };
    this.entries.push(entry);
    return entry;
  }

  remove(entry: PendingSwitch): void {
    this.entries = this.entries.filter((other) => other !== entry);
  }

  /** Whether this state, where it is told, may be this tab's doing; another person's never is. */
  matches(state: SessionState): boolean {
    return this.entries.some(
      ({ platformId, userId, revision }) =>
        platformId === state.platform?.id &&
        (userId ?? state.user.id) === state.user.id &&
        (revision ?? 0) <= state.revision,
    );
  }

  /** What lies at or before this revision has been told. */
  removeUpTo(revision: number): void {
    this.entries = this.entries.filter((entry) => entry.revision === null || entry.revision > revision);
  }
}
