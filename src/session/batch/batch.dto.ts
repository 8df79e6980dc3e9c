import { ArrayMaxSize, IsArray, IsInt, IsPositive } from 'class-validator';
import { Satisfies } from '../../common/validation';

/** Limited by the size of a request body. */
const MAX_ITEMS = 5000;

export type SessionUserPair = [sessionId: string, userId: number];

function isPair(value: unknown): value is SessionUserPair {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && Number.isSafeInteger(value[1]);
}

export class ValidateSessionsDto {
  /** `[[session_id, user_id], …]` */
  @Satisfies(
    'isPairs',
    (value) => Array.isArray(value) && value.every(isPair),
    'pairs must be a list of [session_id, user_id]',
  )
  @ArrayMaxSize(MAX_ITEMS)
  pairs!: SessionUserPair[];
}

export class CleanupUsersDto {
  @IsInt({ each: true })
  @IsPositive({ each: true })
  @ArrayMaxSize(MAX_ITEMS)
  @IsArray()
  user_ids!: number[];
}
