import { Body, Controller, Delete, HttpCode, Param, Patch, Post, Req } from '@nestjs/common';
import { IsString, MaxLength } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../common/app-error';
import { IdPipe } from '../../common/validation';
import { TargetPlatform } from '../../platform/platform.guard';
import type { PlatformTarget } from '../../platform/platform-fence';
import type { MediaView } from '../../protocol/http';
import { MAX_DESCRIPTION_LENGTH } from '../../protocol/post-bounds';
import { CurrentSession, RequireSession } from '../../session/session.decorators';
import type { SessionContext } from '../../session/session-context';
import { MediaService } from './media.service';

class DescribeMediaDto {
  @IsString()
  /** A code point is two of these at the most; whether it fits is said with the limit and the count. */
  @MaxLength(2 * MAX_DESCRIPTION_LENGTH)
  alt_text!: string;
}

/** Files for posts of the platform that the request names. */
@Controller('api/media')
@RequireSession({ platform: true })
export class MediaController {
  constructor(private readonly media: MediaService) {}

  @Post()
  upload(
    @CurrentSession() session: SessionContext,
    @TargetPlatform() named: PlatformTarget,
    @Req() request: FastifyRequest,
  ): Promise<MediaView> {
    if (!request.isMultipart()) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
    return this.media.upload(session, named, request.parts());
  }

  @Patch(':id')
  describe(
    @CurrentSession() session: SessionContext,
    @TargetPlatform() named: PlatformTarget,
    @Param('id', IdPipe) id: number,
    @Body() form: DescribeMediaDto,
  ): Promise<MediaView> {
    return this.media.describe(session, named, id, form.alt_text);
  }

  @Delete(':id')
  @HttpCode(204)
  remove(
    @CurrentSession() session: SessionContext,
    @TargetPlatform() named: PlatformTarget,
    @Param('id', IdPipe) id: number,
  ): Promise<void> {
    return this.media.remove(session, named, id);
  }
}
