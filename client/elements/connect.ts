import type { ConnectStartView, PlatformType } from '../../src/protocol/http';
import { session } from './session';

/** The instance to sign in at, and the name of the connection. */
export interface InstanceAccount {
  instance_url: string;
  platform_type?: PlatformType;
  name?: string;
}

/** Redirects to the instance, which redirects back to the page of the platforms. @throws ApiError */
export async function signInAtInstance(account: InstanceAccount): Promise<void> {
  const start = await session.request<ConnectStartView>('POST', '/api/platforms/connect', { body: account });
  window.location.assign(start.authorize_url);
}
