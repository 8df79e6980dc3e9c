import { Equals, IsEmail, IsInt, IsPositive, Matches } from 'class-validator';
import { IsText, Omittable, Satisfies } from '../common/validation';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from './password-policy';
import { nameKey } from './user.repository';
import { isConfusable } from './username-policy';

/** Normalising can lengthen a name; the column holds `max` characters of the normalised form. */
const KeyFits = (max: number) =>
  Satisfies('keyFits', (value) => typeof value === 'string' && nameKey(value).length <= max, '$property is too long');

const IsUnmistakable = () =>
  Satisfies(
    'isUnmistakable',
    (value) => typeof value === 'string' && !isConfusable(value),
    '$property must not mix letters that look like those of another script',
  );

export class RegisterDto {
  /**
   * Letters and digits of any script, and `. _ -`. No `@`, which would look like an e-mail address, and no invisible
   * characters, which would make two users' names look equal.
   */
  @Matches(/^(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u, {
    message: 'username must begin with a letter or digit and hold only letters, digits and . _ -',
  })
  @IsUnmistakable()
  @KeyFits(128)
  @IsText(1, 64)
  username!: string;

  // Decorators run from the bottom up: IsText comes first, so that IsEmail only gets text.
  @IsEmail()
  @KeyFits(254)
  @IsText(1, 254)
  email!: string;

  @IsText(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
  password!: string;
}

export class LoginDto {
  /** The user name or the e-mail address. */
  @IsText(1, 254)
  username!: string;

  @IsText(1, MAX_PASSWORD_LENGTH)
  password!: string;

  /** The platform to start on, instead of the last one. */
  @Omittable()
  @IsInt()
  @IsPositive()
  platform_id?: number;
}

export class LogoutDto {
  /** Ends all sessions of the user, not only this one. */
  @Omittable()
  @Equals(true)
  everywhere?: true;
}

export class ReauthenticateDto {
  @IsText(1, MAX_PASSWORD_LENGTH)
  password!: string;
}

export class ResetPasswordDto {
  @IsText(1, 64)
  token!: string;

  @IsText(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
  new_password!: string;
}

export class ChangePasswordDto {
  @IsText(1, MAX_PASSWORD_LENGTH)
  current_password!: string;

  @IsText(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
  new_password!: string;
}
