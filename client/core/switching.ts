import type { SwitchResult, SwitchScope } from '../../src/protocol/http';
import type { Announcer } from './announcer';
import type { Api } from './api';
import type { Inbox } from './inbox';
import type { OwnSwitch, OwnSwitches } from './own-switches';

/** The switches that this tab asks for: shown here at once, and told as facts when the server has agreed. */
export class Switching {
  /** The newest that is under way. */
  private newest: OwnSwitch | null = null;
  private stopped = false;

  constructor(
    private readonly api: Api,
    private readonly own: OwnSwitches,
    private readonly inbox: Inbox,
    private readonly announcer: Announcer,
    /** Resolves when this tab may send. @throws ApiError */
    private readonly ready: () => Promise<void>,
  ) {}

  get to(): number | null {
    return this.newest?.platformId ?? null;
  }

  /** @throws ApiError */
  async begin(platformId: number, scope: SwitchScope | undefined): Promise<SwitchResult> {
    const entry = this.own.begin(platformId, this.inbox.userId);
    this.show(entry);
    try {
      await this.ready();
      const body = scope ? { scope } : {};
      const result = await this.api.request<SwitchResult>('POST', `/api/switch_platform/${platformId}`, { body });
      this.inbox.answered(entry, result);
      return result;
    } catch (error) {
      this.own.forget(entry);
      throw error;
    } finally {
      // A newer one says itself how it ended.
      if (this.newest === entry) this.show(null);
    }
  }

  /** What is under way may still end; the page hears no more of it. */
  stop(): void {
    if (this.newest) this.show(null);
    this.stopped = true;
  }

  private show(entry: OwnSwitch | null): void {
    if (this.stopped) return;
    this.newest = entry;
    this.announcer.say('platformSwitching', { platformId: this.to });
  }
}
