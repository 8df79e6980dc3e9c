import { Global, Module } from '@nestjs/common';
import { PlatformModule } from './platform/platform.module';
import { AccessControl } from './session/access-control';
import { SessionModule } from './session/session.module';

/** Global: the guard is bound by a decorator to routes of any module, also of a host's. */
@Global()
@Module({ imports: [SessionModule, PlatformModule], providers: [AccessControl], exports: [AccessControl] })
export class AccessModule {}
