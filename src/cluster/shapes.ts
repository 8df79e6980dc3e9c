/** Checks of what came out of Redis, where anything may stand. */

export type Check = (value: unknown) => boolean;

/** As the columns are. */
const LARGEST = 2_147_483_647;

export const text: Check = (value) => typeof value === 'string';
export const flag: Check = (value) => typeof value === 'boolean';
export const count: Check = (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= LARGEST;
export const time: Check = (value) => typeof value === 'string' && !Number.isNaN(Date.parse(value));
export const uuid: Check = (value) =>
  typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
export const oneOf =
  (known: readonly unknown[]): Check =>
  (value) =>
    known.includes(value);
export const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
export const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);

/** Each field named has to be as it should; there may be more, of a newer version. */
export function record<T>(fields: { [K in keyof T]-?: Check }): Check {
  const checks = Object.entries<Check>(fields);
  return (value) =>
    typeof value === 'object' &&
    value !== null &&
    checks.every(([name, check]) => Object.hasOwn(value, name) && check(Reflect.get(value, name)));
}
