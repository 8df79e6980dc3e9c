import { IsIn } from 'class-validator';
import { IsText, Omittable } from '../../common/validation';
import { PLATFORM_TYPES, type PlatformType } from '../../protocol/http';

export class BeginConnectDto {
  @IsText(1, 255)
  instance_url!: string;

  /** Used if the instance does not report its software. */
  @Omittable()
  @IsIn(PLATFORM_TYPES)
  platform_type?: PlatformType;

  /** Name of the connection; by default its account. */
  @Omittable()
  @IsText(1, 100)
  name?: string;
}

/** Query parameters of an OAuth callback. A repeated or too long one counts as absent. */
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
