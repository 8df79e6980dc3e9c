import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { PasswordResets } from '../auth/password-resets';
import { UserRepository } from '../auth/user.repository';
import { CONFIG, type Config } from '../common/config';
import { ConfigModule } from '../common/config.module';
import { DatabaseModule } from '../database/database.module';
import { TokenCipher } from '../platform/token-cipher';
import { SessionRepository } from '../session/session.repository';
import { SessionTerminationRepository } from '../session/session-termination.repository';
import { SessionTerminator } from '../session/session-terminator';
import { Accounts } from './accounts';

/** The server's modules that commands need: the database, but no background work. */
@Module({
  imports: [DatabaseModule, AuditModule],
  providers: [
    Accounts,
    PasswordResets,
    UserRepository,
    SessionRepository,
    SessionTerminationRepository,
    SessionTerminator,
    TokenCipher,
  ],
})
export class CliModule {
  static with(config: Config): DynamicModule {
    return { module: CliModule, imports: [ConfigModule.with({ provide: CONFIG, useValue: config })] };
  }
}
