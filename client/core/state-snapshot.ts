import type { PlatformView, SessionState } from '../../src/protocol/http';
import { Emitter } from './emitter';
import { type StateDetail, stateDetail } from './event-details';
import type { StateStore } from './state-store';
import type { TabPin } from './tab-pin';

/** The result of `getState()`: one frozen object that stays the same until something in it has changed. */
export class StateSnapshot {
  private readonly emitter = new Emitter<{ change: undefined }>();
  private source: SessionState | null = null;
  private pinned: PlatformView | null = null;
  private detail: StateDetail | null = null;
  private published: StateDetail | null = null;

  constructor(
    private readonly store: StateStore,
    private readonly pin: TabPin,
  ) {}

  get(): StateDetail | null {
    const { state } = this.store;
    const pinned = this.pin.platformOf(state?.user.id);
    if (state !== this.source || pinned !== this.pinned) {
      this.source = state;
      this.pinned = pinned;
      const next = state && stateDetail(state, pinned);
      if (JSON.stringify(next) !== JSON.stringify(this.detail)) this.detail = freeze(next);
    }
    return this.detail;
  }

  subscribe(listener: () => void): () => void {
    return this.emitter.on('change', () => listener());
  }

  /** Calls the subscribers if the state has changed. */
  publish(): void {
    const detail = this.get();
    if (detail === this.published) return;
    this.published = detail;
    this.emitter.emit('change', undefined);
  }
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(freeze);
  return value;
}
