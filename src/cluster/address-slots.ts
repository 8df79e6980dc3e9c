import { SlotCounter } from '../common/slot-counter';
import { SITE_FACTOR } from './budgets';
import { siteKey, throttleKey } from './throttle-key';

/** How many of something each address holds at the moment: counted by its network and, of IPv6, by its site as well. */
export class AddressSlots {
  private readonly networks: SlotCounter<string>;
  private readonly sites: SlotCounter<string>;

  constructor(most: number) {
    this.networks = new SlotCounter(most);
    this.sites = new SlotCounter(most * SITE_FACTOR);
  }

  /** @returns to be called once, when it is held no longer; null where the address holds the most already */
  take(address: string): (() => void) | null {
    const [network, site] = [throttleKey(address), siteKey(address)];
    if (!this.networks.take(network)) return null;
    if (site !== null && !this.sites.take(site)) {
      this.networks.release(network);
      return null;
    }
    return () => {
      this.networks.release(network);
      if (site !== null) this.sites.release(site);
    };
  }
}
