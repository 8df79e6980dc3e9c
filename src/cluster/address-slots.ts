import { SlotCounter } from '../common/slot-counter';
import { SITE_FACTOR } from './budgets';
import { siteKey, throttleKey } from './throttle-key';

/** Limits how many slots an address holds at a time, per network and, for IPv6, per site. */
export class AddressSlots {
  private readonly networks: SlotCounter<string>;
  private readonly sites: SlotCounter<string>;

  constructor(most: number) {
    this.networks = new SlotCounter(most);
    this.sites = new SlotCounter(most * SITE_FACTOR);
  }

  /** @returns releases the slot, to be called once; null if the address already holds the maximum */
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
