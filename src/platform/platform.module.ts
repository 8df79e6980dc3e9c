import { Module } from '@nestjs/common';
import { SessionModule } from '../session/session.module';
import { StatusImporter } from './import/status-importer';
import { ConnectionKeeper } from './instances/connection-keeper';
import { Instances } from './instances/instances';
import { AltTextEditor } from './media/alt-text-editor';
import { MediaController } from './media/media.controller';
import { MediaRepository } from './media/media.repository';
import { MediaService } from './media/media.service';
import { MediaPruner } from './media/media-pruner';
import { OAuthController } from './oauth/oauth.controller';
import { OAuthRepository } from './oauth/oauth.repository';
import { OAuthService } from './oauth/oauth.service';
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
