import { Get, HttpCode, Param, Post } from '@nestjs/common';
import { IsBoolean } from 'class-validator';
import { CheckedBody, IdPipe, Omittable } from '../../common/validation';
import type { ImportView } from '../../protocol/http';
import { CurrentSession } from '../../session/request-session';
import { ApiController, CallsInstance } from '../../session/session.decorators';
import type { SessionContext } from '../../session/session-context';
import { ImportService } from './import.service';

class ImportDto {
  /** True: one page older than everything imported; omitted: new statuses. */
  @Omittable()
  @IsBoolean()
  older?: boolean;
}

@ApiController('platforms/:id/import')
export class ImportController {
  constructor(private readonly imports: ImportService) {}

  @Post()
  @CallsInstance()
  @HttpCode(200)
  start(
    @CurrentSession() session: SessionContext,
    @Param('id', IdPipe) id: number,
    @CheckedBody() form: ImportDto,
  ): Promise<ImportView> {
    return this.imports.start(session, id, form.older ? 'older' : 'newer');
  }

  @Get()
  status(@CurrentSession() session: SessionContext, @Param('id', IdPipe) id: number): Promise<ImportView> {
    return this.imports.status(session, id);
  }
}
