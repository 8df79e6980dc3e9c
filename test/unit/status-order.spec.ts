import { BEFORE_ALL, isAfter } from '../../src/fediverse/status-order';

it.each([
  ['2', '1', true],
  ['1', '2', false],
  ['1', '1', false],
  ['10', '9', true],
  ['9', '10', false],
  ['115000000000000001', '99999999999999999', true],
  ['01HZX8J5A0000000000000000B', '01HZX8J5A0000000000000000A', true],
  ['AbC', 'AbB', true],
  ['1', BEFORE_ALL, true],
])('%s after %s: %s', (id, other, after) => {
  expect(isAfter(id, other)).toBe(after);
});
