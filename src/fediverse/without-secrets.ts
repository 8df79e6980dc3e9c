/** Takes out of an instance's answer what it was told in confidence. Pure. */

/** Anything shorter is found in honest words as well, and is nobody's real token. */
const SHORTEST = 16;

/**
 * Instances say back what they were told, in the words of an error above all. Whatever becomes of an answer (a row, a
 * message, a line in the log) holds no secret of ours then.
 * @param answer as it was parsed
 * @param secrets what went out with the request
 */
export function withoutSecrets(answer: unknown, secrets: (string | null | undefined)[]): unknown {
  const quoted = (text: string): string => JSON.stringify(text).slice(1, -1);
  const whole = JSON.stringify(answer) ?? '';
  const said = secrets.filter(
    (each): each is string => !!each && each.length >= SHORTEST && whole.includes(quoted(each)),
  );
  if (said.length === 0) return answer;
  const hide = (text: string): string => said.reduce((left, secret) => left.replaceAll(secret, '[secret]'), text);
  return JSON.parse(whole, (_, value: unknown) => (typeof value === 'string' ? hide(value) : value));
}
