import { hashPassword, isPassword } from './passwords';

it('hashes by argon2id as the OWASP cheat sheet recommends, each time with another salt', async () => {
  const [one, other] = await Promise.all([hashPassword('a password'), hashPassword('a password')]);
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(other).not.toBe(one);
  expect(await isPassword(one, 'a password')).toBe(true);
  expect(await isPassword(one, 'another password')).toBe(false);
});
