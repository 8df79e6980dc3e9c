import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { type HttpRequest, type HttpResponse, Public, SessionService } from 'vedfolnir';

/** An application with its own users authenticates them itself; this example accepts any name. */
@Controller('accounts')
export class AccountsController {
  constructor(private readonly sessions: SessionService) {}

  @Post('sign_in')
  @Public()
  @HttpCode(200)
  async signIn(
    @Body() { name }: { name: string },
    @Req() request: HttpRequest,
    @Res({ passthrough: true }) response: HttpResponse,
  ) {
    const user = { externalId: name, username: name, email: `${name}@example.org` };
    const { session } = await this.sessions.signIn(request, response, user);
    return { session_id: session.id };
  }

  @Post('sign_out')
  @Public()
  @HttpCode(204)
  async signOut(@Req() request: HttpRequest, @Res({ passthrough: true }) response: HttpResponse): Promise<void> {
    await this.sessions.signOut(request, response);
  }
}
