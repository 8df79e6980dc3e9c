import { requireGoodPassword } from './password-policy';
import { isConfusable, isReserved } from './username-policy';

const NAMES = ['ada_lovelace', 'ada@example.org'];

it.each([
  'password1234',
  'PASSWORD1234',
  '123456789012',
  'aaaaaaaaaaaa',
  'abcabcabcabc',
  'vedfolnir1234',
  'Vedfolnir-Vedfolnir',
  'ada_lovelace12',
])('refuses %s', (password) => {
  expect(() => requireGoodPassword('password', password, NAMES)).toThrow(
    expect.objectContaining({ code: 'VALIDATION_ERROR' }),
  );
});

it.each([
  'correct horse battery staple',
  'testpassword',
  'demo-password',
  'password with adam in it',
  'пароль из слов!',
])('takes %s', (password) => {
  expect(() => requireGoodPassword('password', password, NAMES)).not.toThrow();
});

it.each(['аdm', 'раураl', 'аха', 'ﬁnе', 'αdmin', 'νο'])('detects %s as confusable', (name) => {
  expect(isConfusable(name)).toBe(true);
});

it.each([
  'alice',
  'bob',
  'u_123',
  'tester',
  'Jürgen',
  'Łukasz',
  'Мария',
  'Ελένη',
  '山田taro',
  '김철수',
  'נועה',
  'مريم',
  '42',
])('takes %s for what it is', (name) => {
  expect([isConfusable(name), isReserved(name)]).toEqual([false, false]);
});

it.each(['admin', 'Root', 'ad.min', 'ＲＯＯＴ', 'vedfolnir'])('reserves %s for the site', (name) => {
  expect(isReserved(name)).toBe(true);
});
