import { IsEmail, IsInt, IsOptional, IsPositive, Matches, MaxLength } from 'class-validator';
import { IsText } from '../common/validation';

/** Eight characters at least, as NIST SP 800-63B-4 asks where a second factor may follow; no rules of composition. */
const PASSWORD_MIN = 8;
/** Long enough for any passphrase, short enough not to be an attack on the hash. */
const PASSWORD_MAX = 256;

export class RegisterDto {
  /** Letters and digits of any script, and `. _ -`; never an `@`, which would look like an e-mail address. */
  @Matches(/^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u, {
    message: 'username must begin with a letter or digit and hold only letters, digits and . _ -',
  })
  @IsText(1, 64)
  username!: string;

  @IsEmail()
  @MaxLength(254)
  email!: string;

  @IsText(PASSWORD_MIN, PASSWORD_MAX)
  password!: string;
}

export class LoginDto {
  /** The user name or the e-mail address. */
  @IsText(1, 254)
  username!: string;

  @IsText(1, PASSWORD_MAX)
  password!: string;

  /** Where to start, in place of where the person was last. */
  @IsOptional()
  @IsInt()
  @IsPositive()
  platform_id?: number;
}

export class ChangePasswordDto {
  @IsText(1, PASSWORD_MAX)
  current_password!: string;

  @IsText(PASSWORD_MIN, PASSWORD_MAX)
  new_password!: string;
}
