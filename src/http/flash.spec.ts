import { sessionEndFlash, toFlash } from './flash';

describe('toFlash', () => {
  it('returns the message, with the reason why the session ended if it is known', () => {
    expect(toFlash('SESSION_EXPIRED')).toEqual({
      category: 'warning',
      message: 'Your session has expired. Please log in again.',
    });
    expect(toFlash('SESSION_EXPIRED.idle')?.message).toBe(
      'Your session has expired. Please log in again. ' +
        'You were signed out because nothing was done here for a long time.',
    );
    expect(toFlash('SESSION_EXPIRED.absolute')?.message).toContain('longest time');
    expect(toFlash('SESSION_REVOKED.password_changed')?.message).toContain('the password was changed');
    expect(toFlash('SESSION_REVOKED.replaced')?.message).toContain('ended by a newer sign-in');
    expect(toFlash('SESSION_REVOKED.revoked_by_admin')?.message).toContain('administrator');
    expect(toFlash('SESSION_REVOKED.logout')?.message).toBe('You were signed out. Please log in again.');
  });

  it.each(['', 'x', 'constructor', '__proto__', '.idle', 'Your bank is calling'])('returns nothing for %s', (text) => {
    expect(toFlash(text)).toBeNull();
  });

  it('never includes text from the cookie', () => {
    expect(toFlash('SESSION_EXPIRED.__proto__')?.message).toBe('Your session has expired. Please log in again.');
    expect(toFlash('SESSION_EXPIRED.call me')?.message).not.toContain('call');
  });
});

describe('sessionEndFlash', () => {
  it('accepts only known reasons', () => {
    expect(sessionEndFlash('idle')).toEqual([{ category: 'info', message: expect.stringContaining('long time') }]);
    for (const reason of ['x', 'constructor', undefined, ['idle'], { idle: 1 }]) {
      expect(sessionEndFlash(reason)).toEqual([]);
    }
  });
});
