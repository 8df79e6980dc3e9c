import { Delete, HttpCode, Param, Patch, Post, Req } from '@nestjs/common';
import { IsString, MaxLength } from 'class-validator';
import { AppError } from '../../common/app-error';
import { CheckedBody, IdPipe } from '../../common/validation';
import type { HttpRequest } from '../../http/http-types';
import { readParts } from '../../http/multipart';
import { isMultipart } from '../../http/request-kind';
import type { MediaView } from '../../protocol/http';
import { MAX_FILE_BYTES } from '../../protocol/media';
import { MAX_DESCRIPTION_LENGTH } from '../../protocol/post-bounds';
import { CurrentSession, type PlatformTarget, TargetPlatform } from '../../session/request-session';
import { ApiController, BodyType, RequireSession } from '../../session/session.decorators';
import type { SessionContext } from '../../session/session-context';
import { MediaService } from './media.service';

/** One file with its description; sizes in bytes. */
const UPLOAD_LIMITS = {
  fileSize: MAX_FILE_BYTES,
  files: 1,
  fields: 2,
  parts: 3,
  fieldSize: 64 * 1024,
  headerPairs: 20,
};

class DescribeMediaDto {
  @IsString()
  /** UTF-16 units, at most two per code point; `checkAltText` checks the instance's limit. */
  @MaxLength(2 * MAX_DESCRIPTION_LENGTH)
  alt_text!: string;
}

/** Uploads for posts of the platform that the request names. */
@ApiController('media')
@RequireSession({ platform: true })
export class MediaController {
  constructor(private readonly media: MediaService) {}

  @Post()
  @BodyType('multipart/form-data')
  upload(
    @CurrentSession() session: SessionContext,
    @TargetPlatform() named: PlatformTarget,
    @Req() request: HttpRequest,
  ): Promise<MediaView> {
    if (!isMultipart(request)) throw new AppError('UNSUPPORTED_MEDIA_TYPE');
    return this.media.upload(session, named, readParts(request, UPLOAD_LIMITS));
  }

  @Patch(':id')
  describe(
    @CurrentSession() session: SessionContext,
    @TargetPlatform() named: PlatformTarget,
    @Param('id', IdPipe) id: number,
    @CheckedBody() form: DescribeMediaDto,
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
