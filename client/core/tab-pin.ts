import type { PlatformView } from '../../src/protocol/http';
import type { Environment } from './environment';
import { setItem } from './storage';

const KEY = 'vedfolnir_tab_pin';

interface Pin {
  userId: number;
  platform: PlatformView;
}

/** The platform that this tab is pinned to. The pin survives a reload, and belongs to one user. */
export class TabPin {
  private pin: Pin | null;

  constructor(private readonly storage: Environment['tabStorage']) {
    this.pin = read(storage);
  }

  platformOf(userId: number | undefined): PlatformView | null {
    return this.pin?.userId === userId ? (this.pin?.platform ?? null) : null;
  }

  set(userId: number, platform: PlatformView): void {
    this.pin = { userId, platform };
    setItem(this.storage, KEY, JSON.stringify(this.pin));
  }

  clear(): void {
    this.pin = null;
    this.storage?.removeItem(KEY);
  }
}

/** Validates the stored value: another script may have written it. */
function read(storage: Environment['tabStorage']): Pin | null {
  try {
    const pin = JSON.parse(storage?.getItem(KEY) ?? 'null') as Partial<Pin> | null;
    return Number.isInteger(pin?.userId) && Number.isInteger(pin?.platform?.id) ? (pin as Pin) : null;
  } catch {
    return null;
  }
}
