/** Removes the secrets of a request from an instance's answer. Pure. */

/** Shorter texts could match ordinary words, and are no real tokens. */
const MIN_SECRET_LENGTH = 16;

/**
 * Instances can echo what they were sent, mostly in error messages. Removing secrets here keeps them out of rows,
 * messages and logs.
 * @param answer parsed JSON
 * @param secrets that the request contained
 * @returns the answer, with each secret replaced
 */
export function withoutSecrets(answer: unknown, secrets: (string | null | undefined)[]): unknown {
  const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);
  const whole = JSON.stringify(answer) ?? '';
  const echoed = secrets.filter(
    (each): each is string => !!each && each.length >= MIN_SECRET_LENGTH && whole.includes(quoted(each)),
  );
  if (echoed.length === 0) return answer;
  const hide = (text: string): string => echoed.reduce((left, secret) => left.replaceAll(secret, '[secret]'), text);
  return JSON.parse(whole, (_, value: unknown) => (typeof value === 'string' ? hide(value) : value));
}
