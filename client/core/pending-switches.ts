import type { SessionState, SwitchScope } from '../../src/protocol/http';

export interface PendingSwitch {
  platformId: number;
  scope: SwitchScope;
  /** The user who requested the switch; null if not known yet. */
  userId: number | null;
  /** Null until the server has answered. */
  revision: number | null;
}

/** The switches that this tab has requested, to recognise them when only a whole state reports them. */
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

  /** Whether this state may be the result of a switch of this tab; never for another user. */
  matches(state: SessionState): boolean {
    return this.entries.some(
      ({ platformId, userId, revision }) =>
        platformId === state.platform?.id &&
        (userId ?? state.user.id) === state.user.id &&
        (revision ?? 0) <= state.revision,
    );
  }

  /** Removes switches up to this revision, which have been announced. */
  removeUpTo(revision: number): void {
    this.entries = this.entries.filter((entry) => entry.revision === null || entry.revision > revision);
  }
}
