import { Module, type OnModuleInit } from '@nestjs/common';
import { UnitOfWork } from '../database/unit-of-work';
import { PlatformResolver } from '../session/platform-resolver';
import { SessionModule } from '../session/session.module';
import { AccountFinder } from './account-finder';
import { ConnectionHooks } from './connection-hooks';
import { ConnectionRefresher } from './connection-refresher';
import { Instances } from './instances';
import { requireKnownKey } from './keys/known-key';
import { OAuthController } from './oauth/oauth.controller';
import { OAuthRepository } from './oauth/oauth.repository';
import { OAuthService } from './oauth/oauth.service';
import { PlatformController } from './platform.controller';
import { PlatformRepository } from './platform.repository';
import { PlatformService } from './platform.service';
import { PlatformAnnouncer } from './platform-announcer';
import { PlatformConnector } from './platform-connector';
import { PlatformFence } from './platform-fence';
import { StoredPauses } from './stored-pauses';
import { TokenCipher } from './token-cipher';

@Module({
  imports: [SessionModule],
  controllers: [PlatformController, OAuthController],
  providers: [
    AccountFinder,
    OAuthRepository,
    OAuthService,
    ConnectionHooks,
    ConnectionRefresher,
    Instances,
    PlatformAnnouncer,
    PlatformConnector,
    PlatformFence,
    {
      provide: PlatformResolver,
      inject: [PlatformFence, UnitOfWork],
      useFactory: (fence: PlatformFence, work: UnitOfWork): PlatformResolver => ({
        resolve: (context, target) => work.read((em) => fence.check(em, context, target)),
      }),
    },
    PlatformRepository,
    PlatformService,
    StoredPauses,
    TokenCipher,
  ],
  exports: [
    ConnectionHooks,
    ConnectionRefresher,
    Instances,
    OAuthService,
    PlatformFence,
    PlatformRepository,
    PlatformResolver,
    PlatformService,
    TokenCipher,
  ],
})
export class PlatformModule implements OnModuleInit {
  constructor(
    private readonly work: UnitOfWork,
    private readonly cipher: TokenCipher,
  ) {}

  onModuleInit(): Promise<void> {
    return requireKnownKey(this.work, this.cipher);
  }
}
