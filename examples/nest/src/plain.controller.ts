import { Body, ConflictException, Controller, ForbiddenException, Get, Header, Post } from '@nestjs/common';

/** Routes without sessions, unaffected by Vedfolnir. */
@Controller('plain')
export class PlainController {
  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  page(): string {
    return '<!doctype html><title>Plain</title><script src="/client/vedfolnir.js"></script><p id="platform"></p>';
  }

  @Post('echo')
  echo(@Body() body: unknown): { body: unknown } {
    return { body };
  }

  @Get('forbidden')
  forbidden(): never {
    throw new ForbiddenException('No entry');
  }

  @Get('conflict')
  conflict(): never {
    throw new ConflictException({ reason: 'taken' });
  }
}
