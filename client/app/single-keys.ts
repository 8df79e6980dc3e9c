import { localStorageOrNull, setItem } from '../core/storage';

/** Key in localStorage: shortcuts without a modifier are disabled if it is `off`. */
const SINGLE_KEYS = 'vedfolnir_single_keys';

export function hasSingleKeys(): boolean {
  return localStorageOrNull()?.getItem(SINGLE_KEYS) !== 'off';
}

export function setSingleKeys(on: boolean): void {
  setItem(localStorageOrNull(), SINGLE_KEYS, on ? 'on' : 'off');
}
