import { Module } from '@nestjs/common';
import { PlatformModule } from '../../platform/platform.module';
import { PublishingModule } from '../../publishing/publishing.module';
import { SessionModule } from '../../session/session.module';
import { PagesController } from './pages.controller';

@Module({ imports: [SessionModule, PlatformModule, PublishingModule], controllers: [PagesController] })
export class PagesModule {}
