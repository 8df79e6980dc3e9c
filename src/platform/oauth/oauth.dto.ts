import { IsIn } from 'class-validator';
import { IsText, Omittable } from '../../common/validation';
import { PLATFORM_TYPES, type PlatformType } from '../../protocol/http';

export class BeginConnectDto {
  @IsText(1, 255)
  instance_url!: string;

  /** What counts where the instance does not tell its kind. */
  @Omittable()
  @IsIn(PLATFORM_TYPES)
  platform_type?: PlatformType;

  /** How the connection is to be called; its account where none is given. */
  @Omittable()
  @IsText(1, 100)
  name?: string;
}

/** What an instance adds to the address that it sends people back to. Anything that is no single text counts as absent. */
export interface OAuthCallback {
  state?: string;
  code?: string;
  iss?: string;
  error?: string;
}

export function toOAuthCallback(query: unknown): OAuthCallback {
  const given = (query ?? {}) as Record<string, unknown>;
  const text = (name: string): string | undefined => {
    const value = given[name];
    return typeof value === 'string' && value.length <= 4096 ? value : undefined;
  };
  return { state: text('state'), code: text('code'), iss: text('iss'), error: text('error') };
}
