import { Module } from '@nestjs/common';
import { StatusImporter } from '../publishing/import/status-importer';
import { AltTextEditor } from '../publishing/media/alt-text-editor';
import { MediaController } from '../publishing/media/media.controller';
import { MediaRepository } from '../publishing/media/media.repository';
import { MediaService } from '../publishing/media/media.service';
import { MediaPruner } from '../publishing/media/media-pruner';
import { Publication } from '../publishing/outbox/publication';
import { Publisher } from '../publishing/outbox/publisher';
import { PublishingRepository } from '../publishing/outbox/publishing.repository';
import { PostController } from '../publishing/posts/post.controller';
import { PostRepository } from '../publishing/posts/post.repository';
import { PostService } from '../publishing/posts/post.service';
import { PlatformResolver } from '../session/platform-resolver';
import { SessionModule } from '../session/session.module';
import { ConnectionRefresher } from './connection-refresher';
import { Instances } from './instances';
import { OAuthController } from './oauth/oauth.controller';
import { OAuthRepository } from './oauth/oauth.repository';
import { OAuthService } from './oauth/oauth.service';
import { PlatformController } from './platform.controller';
import { PlatformRepository } from './platform.repository';
import { PlatformService } from './platform.service';
import { PlatformAnnouncer } from './platform-announcer';
import { PlatformFence } from './platform-fence';
import { FencedPlatformResolver } from './platform-resolver.service';
import { TokenCipher } from './token-cipher';

@Module({
  imports: [SessionModule],
  controllers: [PlatformController, PostController, MediaController, OAuthController],
  providers: [
    StatusImporter,
    OAuthRepository,
    OAuthService,
    AltTextEditor,
    MediaPruner,
    MediaRepository,
    MediaService,
    Publication,
    Publisher,
    PublishingRepository,
    ConnectionRefresher,
    Instances,
    PlatformAnnouncer,
    PlatformFence,
    { provide: PlatformResolver, useClass: FencedPlatformResolver },
    PlatformRepository,
    PlatformService,
    PostRepository,
    PostService,
    TokenCipher,
  ],
  exports: [
    OAuthService,
    PlatformFence,
    PlatformRepository,
    PlatformResolver,
    PlatformService,
    PostRepository,
    PostService,
    TokenCipher,
  ],
})
export class PlatformModule {}
