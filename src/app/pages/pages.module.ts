import { Module } from '@nestjs/common';
import { PlatformModule } from '../../platform/platform.module';
import { SessionModule } from '../../session/session.module';
import { PagesController } from './pages.controller';

@Module({ imports: [SessionModule, PlatformModule], controllers: [PagesController] })
export class PagesModule {}
