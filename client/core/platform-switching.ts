import type { SwitchResult, SwitchScope } from '../../src/protocol/http';
import type { Api } from './api';
import type { EventDispatcher } from './event-dispatcher';
import type { PendingSwitch, PendingSwitches } from './pending-switches';
import type { StateUpdater } from './state-updater';

/**
 * The switches that this tab requests: shown here at once, and dispatched as events once the server has confirmed
 * them.
 */
export class PlatformSwitching {
  /** The newest pending switch. */
  private newest: PendingSwitch | null = null;
  private stopped = false;

  constructor(
    private readonly api: Api,
    private readonly pendingSwitches: PendingSwitches,
    private readonly updater: StateUpdater,
    private readonly events: EventDispatcher,
    /** Resolves when this tab may send. @throws ApiError */
    private readonly ready: () => Promise<void>,
  ) {}

  get targetId(): number | null {
    return this.newest?.platformId ?? null;
  }

  /** @throws ApiError */
  async switchTo(platformId: number, scope: SwitchScope = 'all'): Promise<SwitchResult> {
    const entry = this.pendingSwitches.add(platformId, scope, this.updater.userId);
    this.setNewest(entry);
    try {
      await this.ready();
      const path = `/api/switch_platform/${platformId}`;
      // Caddy repeats a request at another node only if it has no body.
      const body = scope === 'all' ? undefined : { scope };
      const result = await this.api.request<SwitchResult>('POST', path, { body });
      this.updater.applySwitchResult(entry, result);
      return result;
    } catch (error) {
      this.pendingSwitches.remove(entry);
      throw error;
    } finally {
      // A newer switch reports its own result.
      if (this.newest === entry) this.setNewest(null);
    }
  }

  start(): void {
    this.stopped = false;
  }

  /** Pending switches may still end; the page is not notified of that any more. */
  stop(): void {
    if (this.newest) this.setNewest(null);
    this.stopped = true;
  }

  private setNewest(entry: PendingSwitch | null): void {
    if (this.stopped) return;
    this.newest = entry;
    this.events.dispatch('platformSwitching', { platformId: this.targetId });
  }
}
