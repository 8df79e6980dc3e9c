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

it('leads who has begun here, and nobody else', () => {
  expect(firstSteps(1)).toBeNull();
  beginFirstSteps(1);
  expect([firstSteps(1), firstSteps(2)]).toEqual([[], null]);
});

it('notes each step once, and none of a person who is not led', () => {
  completeStep(1, 'write');
  beginFirstSteps(1);
  for (const step of ['write', 'write', 'follow'] as const) completeStep(1, step);
  completeStep(2, 'connect');
  expect(firstSteps(1)).toEqual(['write', 'follow']);
});

it('ends for good', () => {
  beginFirstSteps(1);
  endFirstSteps();
  completeStep(1, 'write');
  expect(firstSteps(1)).toBeNull();
});

it.each(['{', '7', '{"userId":"1","done":[]}', '{"userId":1,"done":3}'])('takes %s for nothing', (text) => {
  kept.set('vedfolnir_first_steps', text);
  expect(firstSteps(1)).toBeNull();
});

it('takes no step that there is not', () => {
  kept.set('vedfolnir_first_steps', '{"userId":1,"done":["write","fly"]}');
  expect(firstSteps(1)).toEqual(['write']);
});
