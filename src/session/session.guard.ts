import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AccessControl } from './access-control';

/** Admits a request or a message if its session meets the route's requirements. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly access: AccessControl) {}

  canActivate(execution: ExecutionContext): boolean | Promise<boolean> {
    return this.access.check(execution);
  }
}
