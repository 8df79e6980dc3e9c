import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module';
import { SessionModule } from '../session/session.module';
import { SessionService } from './session.service';

/** What is made for hosts alone. */
@Module({ imports: [AuthModule, SessionModule], providers: [SessionService], exports: [SessionService] })
export class HostModule {}
