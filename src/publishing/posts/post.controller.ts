import { Delete, Get, Headers, HttpCode, Param, Post, Put, Query, Res } from '@nestjs/common';
import { pageSize, wholeNumber } from '../../common/paging';
import { CheckedBody, IdPipe } from '../../common/validation';
import type { HttpResponse } from '../../http/http-types';
import {
  HEADERS,
  type PlatformDataView,
  type PlatformView,
  type PostsView,
  type PostView,
  type StatisticsView,
  type UserDataView,
} from '../../protocol/http';
import { CurrentPlatform, CurrentSession, type PlatformTarget, TargetPlatform } from '../../session/request-session';
import { ApiController, RequireSession } from '../../session/session.decorators';
import type { SessionContext } from '../../session/session-context';
import { CreatePostDto, UpdatePostDto } from './post.dto';
import { PostService } from './post.service';
import { readIdempotencyKey } from './post-request';

/** Posts and data of the session's active platform. */
@ApiController()
@RequireSession({ platform: true })
export class PostController {
  constructor(private readonly posts: PostService) {}

  @Get('posts')
  list(
    @CurrentPlatform() platform: PlatformView,
    @Query('limit') limit?: string,
    @Query('before_id') beforeId?: string,
  ): Promise<PostsView> {
    return this.posts.list(platform, pageSize(limit), wholeNumber('before_id', beforeId));
  }

  /** 201, or 200 if an earlier request with the same key has created the post. */
  @Post('posts')
  async create(
    @CurrentSession() session: SessionContext,
    @TargetPlatform() named: PlatformTarget,
    @CheckedBody() form: CreatePostDto,
    @Headers(HEADERS.idempotencyKey) key: string | undefined,
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<PostView> {
    const { post, isNew } = await this.posts.create(session, named, form, readIdempotencyKey(key));
    response.status(isNew ? 201 : 200);
    return post;
  }

  @Put('posts/:id')
  update(
    @CurrentSession() session: SessionContext,
    @TargetPlatform() named: PlatformTarget,
    @Param('id', IdPipe) id: number,
    @CheckedBody() form: UpdatePostDto,
  ): Promise<PostView> {
    return this.posts.update(session, named, id, form);
  }

  @Post('posts/:id/retry')
  @HttpCode(200)
  retry(
    @CurrentSession() session: SessionContext,
    @TargetPlatform() named: PlatformTarget,
    @Param('id', IdPipe) id: number,
  ): Promise<PostView> {
    return this.posts.retry(session, named, id);
  }

  @Delete('posts/:id')
  @HttpCode(204)
  discard(
    @CurrentSession() session: SessionContext,
    @TargetPlatform() named: PlatformTarget,
    @Param('id', IdPipe) id: number,
  ): Promise<void> {
    return this.posts.discard(session, named, id);
  }

  @Get('user_data')
  userData(
    @CurrentSession() { user, session }: SessionContext,
    @CurrentPlatform() platform: PlatformView,
  ): UserDataView {
    return {
      user_id: user.id,
      username: user.username,
      platform: { id: platform.id, name: platform.name, type: platform.platform_type },
      session_info: {
        created_at: session.createdAt.toISOString(),
        last_activity: session.lastActivityAt.toISOString(),
      },
    };
  }

  @Get('platform_data')
  async platformData(@CurrentPlatform() platform: PlatformView): Promise<PlatformDataView> {
    const { id, name, platform_type, instance_url, username, max_characters, characters_per_url } = platform;
    const media = await this.posts.mediaLimits(platform);
    const data = { platform_type, instance_url, username, max_characters, characters_per_url, media };
    return { platform_id: id, platform_name: name, data };
  }

  @Get('platform_statistics')
  statistics(@CurrentPlatform() platform: PlatformView): Promise<StatisticsView> {
    return this.posts.statistics(platform);
  }
}
