import { beginFirstSteps, completeStep, endFirstSteps, firstSteps } from './first-steps';

const kept = new Map<string, string>();

beforeEach(() => {
  kept.clear();
  const localStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  };
  Object.assign(globalThis, { window: { localStorage } });
});

afterEach(() => {
  Reflect.deleteProperty(globalThis, 'window');
});

it('are for the user who began them in this browser, and no one else', () => {
  expect(firstSteps(1)).toBeNull();
  beginFirstSteps(1);
  expect([firstSteps(1), firstSteps(2)]).toEqual([[], null]);
});

it('records each step once, and none of a user who has not begun', () => {
  completeStep(1, 'write');
  beginFirstSteps(1);
  for (const step of ['write', 'write', 'follow'] as const) completeStep(1, step);
  completeStep(2, 'connect');
  expect(firstSteps(1)).toEqual(['write', 'follow']);
});

it('do not return after they were dismissed', () => {
  beginFirstSteps(1);
  endFirstSteps();
  completeStep(1, 'write');
  expect(firstSteps(1)).toBeNull();
});

it.each(['{', '7', '{"userId":"1","done":[]}', '{"userId":1,"done":3}'])('ignores the stored value %s', (text) => {
  kept.set('vedfolnir_first_steps', text);
  expect(firstSteps(1)).toBeNull();
});

it('ignores unknown steps', () => {
  kept.set('vedfolnir_first_steps', '{"userId":1,"done":["write","fly"]}');
  expect(firstSteps(1)).toEqual(['write']);
});
