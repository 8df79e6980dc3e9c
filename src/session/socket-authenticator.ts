import type { IncomingMessage } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { AppError } from '../common/app-error';
import { CONFIG, type Config } from '../common/config';
import { DeviceWatch } from './device-watch';
import { isOwnOrigin } from './own-origin';
import { deviceOf } from './request-session';
import type { SessionContext } from './session-context';
import { readSecret, withoutSecret } from './session-cookie';
import { SessionLifecycleService } from './session-lifecycle.service';

/** Authenticates a socket of any namespace by the cookie of the request that opened its connection. */
@Injectable()
export class SocketAuthenticator {
  private readonly secrets = new WeakMap<IncomingMessage, string>();

  constructor(
    private readonly sessions: SessionLifecycleService,
    private readonly devices: DeviceWatch,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Removes our cookie from the headers of a new connection: the adapter sends a socket's handshake, including headers,
   * to other nodes. Other cookies stay.
   */
  takeCookie(request: IncomingMessage): void {
    const secret = readSecret(this.config, request);
    if (secret) this.secrets.set(request, secret);
    request.headers.cookie = withoutSecret(request.headers.cookie);
  }

  /** @throws AppError ORIGIN_REFUSED, AUTHENTICATION_REQUIRED, or the reason why the session is not live */
  async authenticate({ request }: { request: IncomingMessage }): Promise<SessionContext> {
    const { origin, host } = request.headers;
    if (!isOwnOrigin(this.config, origin, host)) throw new AppError('ORIGIN_REFUSED');
    const secret = this.secrets.get(request);
    if (!secret) throw new AppError('AUTHENTICATION_REQUIRED');
    const device = deviceOf(request, this.config);
    const context = await this.sessions.authenticate(secret, device.ipAddress);
    await this.devices.check(context, device);
    return context;
  }
}
