import type { ConnectStartView, PlatformType } from '../../src/protocol/http';
import { session } from './session';

/** Where the person signs in, and how the connection is called here. */
export interface InstanceAccount {
  instance_url: string;
  platform_type?: PlatformType;
  name?: string;
}

/** Sends the person to the instance, which sends them back to the page of the platforms. @throws ApiError */
export async function signInAtInstance(account: InstanceAccount): Promise<void> {
  const start = await session.request<ConnectStartView>('POST', '/api/platforms/connect', { body: account });
  window.location.assign(start.authorize_url);
}
