import { QueryFailedError } from 'typeorm';
import { AppError } from '../common/app-error';
import { toUnavailableError } from './database-errors';

const failed = (code: string) =>
  new QueryFailedError('UPDATE vedfolnir_users', [], Object.assign(new Error('database is locked'), { code }));

describe('toUnavailableError', () => {
  it.each(['ECONNREFUSED', 'SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_BUSY_RECOVERY', 'ER_LOCK_DEADLOCK'])(
    'says of %s when to come back',
    (code) => {
      const error = toUnavailableError(failed(code)) as AppError;
      expect(error).toBeInstanceOf(AppError);
      expect([error.code, error.status, error.toBody()]).toEqual([
        'DATABASE_ERROR',
        503,
        expect.objectContaining({ retry_after: 30 }),
      ]);
    },
  );

  it('returns other errors unchanged', () => {
    const error = failed('ER_PARSE_ERROR');
    expect(toUnavailableError(error)).toBe(error);
  });
});
