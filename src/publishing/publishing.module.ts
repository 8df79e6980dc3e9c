import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module';
import { PlatformModule } from '../platform/platform.module';
import { SessionModule } from '../session/session.module';
import { ImportController } from './import/import.controller';
import { ImportRepository } from './import/import.repository';
import { ImportService } from './import/import.service';
import { ImportWorker } from './import/import-worker';
import { StatusImporter } from './import/status-importer';
import { AltTextEditor } from './media/alt-text-editor';
import { MediaController } from './media/media.controller';
import { MediaRepository } from './media/media.repository';
import { MediaService } from './media/media.service';
import { MediaPruner } from './media/media-pruner';
import { MediaSender } from './outbox/media-sender';
import { PostSender } from './outbox/post-sender';
import { Publisher } from './outbox/publisher';
import { PublishingRepository } from './outbox/publishing.repository';
import { PictureController } from './pictures/picture.controller';
import { PictureRepository } from './pictures/picture.repository';
import { PictureService } from './pictures/picture.service';
import { PictureCache } from './pictures/picture-cache';
import { PostController } from './posts/post.controller';
import { PostRepository } from './posts/post.repository';
import { PostService } from './posts/post.service';

@Module({
  imports: [AuditModule, SessionModule, PlatformModule],
  controllers: [PostController, MediaController, PictureController, ImportController],
  providers: [
    AltTextEditor,
    ImportRepository,
    ImportService,
    ImportWorker,
    MediaPruner,
    MediaRepository,
    MediaSender,
    MediaService,
    PictureCache,
    PictureRepository,
    PictureService,
    PostRepository,
    PostService,
    PostSender,
    Publisher,
    PublishingRepository,
    StatusImporter,
  ],
  exports: [PostRepository, PostService],
})
export class PublishingModule {}
