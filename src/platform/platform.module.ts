import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { ConnectionKeeper } from './instances/connection-keeper';
import { Instances } from './instances/instances';
import { PlatformController } from './platform.controller';
import { PlatformRepository } from './platform.repository';
import { PlatformService } from './platform.service';
import { PlatformAnnouncer } from './platform-announcer';
import { PlatformFence } from './platform-fence';
import { PostController } from './posts/post.controller';
import { PostRepository } from './posts/post.repository';
import { PostService } from './posts/post.service';
import { Publication } from './publishing/publication';
import { Publisher } from './publishing/publisher';
import { PublishingRepository } from './publishing/publishing.repository';
import { TokenCipher } from './token-cipher';

@Module({
  imports: [SessionModule],
  controllers: [PlatformController, PostController],
  providers: [
    Publication,
    Publisher,
    PublishingRepository,
    ConnectionKeeper,
    Instances,
    PlatformAnnouncer,
    PlatformFence,
    PlatformRepository,
    PlatformService,
    PostRepository,
    PostService,
    TokenCipher,
  ],
  exports: [PlatformFence, PlatformRepository, PlatformService, PostRepository, PostService, TokenCipher],
})
export class PlatformModule {}
