import { Equals, IsEmail, IsInt, IsPositive, Matches, ValidateBy } from 'class-validator';
import { IsText, Omittable } from '../common/validation';
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from './password-policy';
import { nameKey } from './user.repository';
import { isConfusable } from './username-policy';

/** Some letters are longer as they are compared than as they are written; the column holds `max` of the former. */
const KeyFits = (max: number) =>
  ValidateBy({
    name: 'keyFits',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && nameKey(value).length <= max,
      defaultMessage: () => '$property is too long',
    },
  });

const IsUnmistakable = () =>
  ValidateBy({
    name: 'isUnmistakable',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && !isConfusable(value),
      defaultMessage: () => '$property must not mix letters that look like those of another script',
    },
  });

export class RegisterDto {
  /**
   * Letters and digits of any script, and `. _ -`; never an `@`, which would look like an e-mail address, nor a sign
   * that nobody sees, which would make two people of one name.
   */
  @Matches(/^(?!.*\p{Default_Ignorable_Code_Point})[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u, {
    message: 'username must begin with a letter or digit and hold only letters, digits and . _ -',
  })
  @IsUnmistakable()
  @KeyFits(128)
  @IsText(1, 64)
  username!: string;

  // Checked from the bottom up: an address is looked for only in what is text.
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

  /** Where to start, in place of where the person was last. */
  @Omittable()
  @IsInt()
  @IsPositive()
  platform_id?: number;
}

export class LogoutDto {
  /** All sessions of the person end, and not this one alone. */
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
