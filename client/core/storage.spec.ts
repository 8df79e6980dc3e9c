import { clearStorage, markSignedOut, signedOutUserIds, unmarkSignedOut } from './storage';

class Kept extends Map<string, string> {
  get length() {
    return this.size;
  }
  key(index: number) {
    return [...this.keys()][index] ?? null;
  }
  setItem(key: string, value: string) {
    this.set(key, value);
  }
  removeItem(key: string) {
    this.delete(key);
  }
}

it('remembers who has signed out beyond the end of any session, until it is unmarked', () => {
  const kept = new Kept([
    ['vedfolnir_tab', 'x'],
    ['theirs', 'y'],
  ]);
  const storage = kept as unknown as Storage;
  markSignedOut(storage, 7);
  markSignedOut(storage, 12);
  clearStorage(storage);
  expect([...kept.keys()]).toEqual(['theirs', 'vedfolnir_signed_out_7', 'vedfolnir_signed_out_12']);
  expect(signedOutUserIds(storage)).toEqual([7, 12]);
  unmarkSignedOut(storage, 7);
  expect(signedOutUserIds(storage)).toEqual([12]);
});

it('works without storage', () => {
  markSignedOut(null, 7);
  unmarkSignedOut(null, 7);
  clearStorage(null);
  expect(signedOutUserIds(null)).toEqual([]);
});
