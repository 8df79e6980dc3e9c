import { Readable } from 'node:stream';
import { applyDecorators, Get, Header, Param, Query, StreamableFile } from '@nestjs/common';
import { pageSize, wholeNumber } from '../../common/paging';
import { IdPipe } from '../../common/validation';
import type { PendingImagesView, PlatformView } from '../../protocol/http';
import { CurrentPlatform, CurrentSession } from '../../session/request-session';
import { ApiController, Passive, RequireSession } from '../../session/session.decorators';
import type { SessionContext } from '../../session/session-context';
import type { Picture } from './picture';
import { PictureService } from './picture.service';

/**
 * Headers for an `<img>`: cached privately for an hour, never interpreted as another type, without scripts if opened
 * directly. Pages request pictures automatically, so these requests do not count as user activity.
 */
const AsPicture = () =>
  applyDecorators(
    Passive(),
    Header('Cache-Control', 'private, max-age=3600'),
    Header('Vary', 'Cookie'),
    Header('X-Content-Type-Options', 'nosniff'),
    Header('Content-Security-Policy', "default-src 'none'; sandbox"),
  );

@ApiController()
export class PictureController {
  constructor(private readonly pictures: PictureService) {}

  @Get('platforms/:id/avatar')
  @AsPicture()
  async avatar(@CurrentSession() session: SessionContext, @Param('id', IdPipe) id: number) {
    return toFile(await this.pictures.avatar(session, id));
  }

  @Get('media/:id/picture')
  @AsPicture()
  async image(@CurrentSession() session: SessionContext, @Param('id', IdPipe) id: number) {
    return toFile(await this.pictures.image(session, id));
  }

  @Get('pending_images')
  @RequireSession({ platform: true })
  pending(
    @CurrentPlatform() platform: PlatformView,
    @Query('limit') limit?: string,
    @Query('before_id') beforeId?: string,
  ): Promise<PendingImagesView> {
    return this.pictures.pending(platform.id, pageSize(limit), wholeNumber('before_id', beforeId));
  }
}

function toFile({ bytes, type, length }: Picture): StreamableFile {
  const options = { type, length };
  // StreamableFile has a separate overload for each type.
  return bytes instanceof Readable ? new StreamableFile(bytes, options) : new StreamableFile(bytes, options);
}
