import { Module } from '@nestjs/common';
import { ChangeFeed } from './cache/change-feed';
import { ContextCache } from './cache/context-cache';
import { SessionController } from './session.controller';
import { SessionRepository } from './session.repository';
import { SessionService } from './session.service';

@Module({
  controllers: [SessionController],
  providers: [ChangeFeed, ContextCache, SessionRepository, SessionService],
  exports: [ChangeFeed, SessionRepository, SessionService],
})
export class SessionModule {}
