import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { AccessControl } from './access-control';

/** Lets a request or a message through when its session meets what the route says. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly access: AccessControl) {}

  canActivate(execution: ExecutionContext): boolean | Promise<boolean> {
    return this.access.check(execution);
  }
}
