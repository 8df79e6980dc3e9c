import { IsIn, Matches } from 'class-validator';
import { IsText, Omittable } from '../common/validation';
import { ACCESS_TOKEN } from '../fediverse/instance-client';
import { PLATFORM_TYPES, type PlatformType, SWITCH_SCOPES, type SwitchScope } from '../protocol/http';

const IsToken = () =>
  Matches(ACCESS_TOKEN, { message: 'access_token must be printable ASCII characters without spaces' });

export class ConnectPlatformDto {
  /** Name of the connection; by default its account. */
  @Omittable()
  @IsText(1, 100)
  name?: string;

  /** Used if the instance does not report its software. */
  @Omittable()
  @IsIn(PLATFORM_TYPES)
  platform_type?: PlatformType;

  /** The account's instance: a host, a URL such as https://mastodon.example, or a handle. */
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
  /** `all`: all live sessions of the user except other pinned ones. `session`: only this one, which becomes pinned. */
  @Omittable()
  @IsIn(SWITCH_SCOPES)
  scope?: SwitchScope;
}
