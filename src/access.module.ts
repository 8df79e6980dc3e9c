import { Global, Module } from '@nestjs/common';
import { PlatformModule } from './platform/platform.module';
import { AccessControl } from './session/access-control';
import { SessionModule } from './session/session.module';

/** Global: decorators bind the guard to routes of any module, including a host's. */
@Global()
@Module({ imports: [SessionModule, PlatformModule], providers: [AccessControl], exports: [AccessControl] })
export class AccessModule {}
