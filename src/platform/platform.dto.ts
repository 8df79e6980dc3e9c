import { IsIn, Matches } from 'class-validator';
import { IsText, Omittable } from '../common/validation';
import { ACCESS_TOKEN } from '../fediverse/instance-client';
import { PLATFORM_TYPES, type PlatformType, SWITCH_SCOPES, type SwitchScope } from '../protocol/http';

const IsToken = () => Matches(ACCESS_TOKEN, { message: 'access_token must be letters, digits and signs of ASCII' });

export class ConnectPlatformDto {
  /** How the connection is to be called; its account where none is given. */
  @Omittable()
  @IsText(1, 100)
  name?: string;

  /** What counts where the instance does not tell its kind. */
  @Omittable()
  @IsIn(PLATFORM_TYPES)
  platform_type?: PlatformType;

  /** Where the account lives: a host, an address such as https://mastodon.example, or a handle. */
  @IsText(1, 255)
  instance_url!: string;

  @Omittable()
  @IsText(1, 255)
  username?: string;

  @IsToken()
  access_token!: string;
}

export class UpdatePlatformDto {
  @Omittable()
  @IsText(1, 100)
  name?: string;

  @Omittable()
  @IsToken()
  access_token?: string;
}

export class SwitchPlatformDto {
  /** `all`: every live session of the user follows. `session`: this one alone. */
  @Omittable()
  @IsIn(SWITCH_SCOPES)
  scope?: SwitchScope;
}
