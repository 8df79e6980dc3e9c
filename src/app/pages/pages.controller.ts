import { Controller, Get, Header, Post, Req, Res } from '@nestjs/common';
import { Equals, IsString } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  AppError,
  BodyPipe,
  CreatePostDto,
  CurrentCsrfToken,
  CurrentSession,
  type Flash,
  invalidField,
  Omittable,
  PlatformService,
  PostService,
  Public,
  RequireSession,
  type SessionContext,
  SessionService,
  sessionEndFlash,
  setFlash,
  takeFlash,
  toFlash,
} from '../../index';
import type { PlatformView, SessionState } from '../../protocol';
import { DemoAccount } from './demo-account';
import { type Page, type PostForm, renderPage } from './view-engine';

class CreatePostForm extends CreatePostDto {
  @Omittable()
  @IsString()
  platform_id?: string;

  /** For the named platform, whichever is active. */
  @Omittable()
  @Equals('true')
  platform_pinned?: string;

  @Omittable()
  @IsString()
  csrf_token?: string;
}

const HTML = 'text/html; charset=utf-8';

/** Pages rendered by the client: path to name and title. */
const SHELLS: Record<string, readonly [string, string]> = {
  '/': ['home', 'Home'],
  '/platforms': ['platforms', 'Platforms'],
  '/images': ['images', 'Images without a description'],
  '/devices': ['devices', 'Devices'],
  '/activity': ['activity', 'Activity'],
  '/account': ['account', 'Account'],
};

/** Pages of the app: shells that the client renders, and the one form that works without JavaScript. */
@Controller()
export class PagesController {
  private readonly body = new BodyPipe();

  constructor(
    private readonly sessions: SessionService,
    private readonly posts: PostService,
    private readonly connections: PlatformService,
    private readonly demo: DemoAccount,
  ) {}

  @Get('login')
  @Public()
  login(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.entrance('login', 'Sign in', request, reply);
  }

  @Get('register')
  @Public()
  register(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.entrance('register', 'Create an account', request, reply);
  }

  /** Available to signed-in users too: a reset link can be for another account. */
  @Get('reset')
  @Public()
  @Header('Content-Type', HTML)
  @Header('Cache-Control', 'no-store')
  reset(): string {
    return renderPage({ page: 'reset', title: 'New password', csrfToken: null, user: null, platform: null, flash: [] });
  }

  @Get(Object.keys(SHELLS))
  @Header('Content-Type', HTML)
  shell(
    @CurrentSession() session: SessionContext,
    @CurrentCsrfToken() csrfToken: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    const [page, title] = SHELLS[request.routeOptions.url ?? '/'] ?? SHELLS['/']!;
    return this.page(session, csrfToken, { page, title, flash: takeFlash(request, reply) });
  }

  @Get('admin')
  @RequireSession({ role: 'admin' })
  @Header('Content-Type', HTML)
  admin(
    @CurrentSession() session: SessionContext,
    @CurrentCsrfToken() csrfToken: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    return this.page(session, csrfToken, { page: 'admin', title: 'Administration', flash: takeFlash(request, reply) });
  }

  @Get('create_post')
  @RequireSession({ platform: true })
  @Header('Content-Type', HTML)
  composer(
    @CurrentSession() session: SessionContext,
    @CurrentCsrfToken() csrfToken: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    return this.form(session, csrfToken, emptyForm(session, session.platform!), takeFlash(request, reply));
  }

  /** The platform is a form field. A refused form is rendered again with its values. */
  @Post('create_post')
  async createPost(
    @CurrentSession() session: SessionContext,
    @CurrentCsrfToken() csrfToken: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    try {
      const {
        platform_id,
        platform_pinned,
        csrf_token: _,
        ...form
      } = (await this.body.transform(withoutBlanks(request.body), {
        type: 'body',
        metatype: CreatePostForm,
      })) as CreatePostForm;
      if (!platform_id) throw new AppError('PLATFORM_ID_REQUIRED');
      if (!/^[1-9]\d{0,14}$/.test(platform_id)) throw invalidField('platform_id', 'platform_id must be a whole number');
      await this.posts.create(session, { id: Number(platform_id), pinned: platform_pinned === 'true' }, form);
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500 || error.status === 401) throw error;
      const pinned = await this.pinnedPlatform(session, request.body);
      const { platform: active } = (error.options.state as SessionState | undefined) ?? session;
      const platform = pinned ?? active;
      if (!platform) throw error;
      const details = error.options.details ?? [{ field: 'platform_id', message: error.message }];
      const flash = error.options.details ? [] : ([toFlash(error.code)].filter(Boolean) as Flash[]);
      const html = this.form(
        session,
        csrfToken,
        { ...emptyForm(session, platform), pinned: pinned !== null, values: valuesOf(request.body), errors: details },
        flash,
      );
      reply.status(error.status).type(HTML).send(html);
      return;
    }
    setFlash(reply, 'POST_CREATED');
    reply.status(303).header('Location', '/').send();
  }

  /**
   * Login and registration. Redirects signed-in users to the home page, unless they were sent here to sign in again or
   * because a session has ended.
   */
  private async entrance(page: string, title: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const signedIn = (await this.sessions.find(request)) !== null;
    const { reason, again } = request.query as { reason?: unknown; again?: unknown };
    // For visitors the page stays in the back/forward cache, which no-store would prevent.
    reply.header('Cache-Control', signedIn ? 'no-store' : 'private, no-cache');
    if (signedIn && again === undefined && reason === undefined) reply.status(303).header('Location', '/').send();
    else {
      const waiting = takeFlash(request, reply);
      const flash = waiting.length > 0 ? waiting : sessionEndFlash(reason);
      const demo = page === 'login' ? this.demo.credentials : null;
      const visitor = { csrfToken: null, user: null, platform: null, mayBeSignedIn: signedIn, demo };
      reply.type(HTML).send(renderPage({ page, title, ...visitor, flash }));
    }
  }

  /** The platform that the form is pinned to; null if it is not pinned or the platform is gone. */
  private async pinnedPlatform(session: SessionContext, body: unknown): Promise<PlatformView | null> {
    const { platform_id, platform_pinned } = (body ?? {}) as Record<string, unknown>;
    if (platform_pinned !== 'true') return null;
    const { platforms } = await this.connections.list(session);
    return platforms.find(({ id }) => String(id) === platform_id) ?? null;
  }

  private form(session: SessionContext, csrfToken: string, form: PostForm, flash: Flash[]): string {
    return this.page(session, csrfToken, { page: 'create_post', title: 'New post', flash, form });
  }

  private page(
    { user, platform }: SessionContext,
    csrfToken: string,
    page: Omit<Page, 'csrfToken' | 'user' | 'platform'>,
  ): string {
    return renderPage({ ...page, csrfToken, user, platform });
  }
}

function emptyForm({ user }: SessionContext, platform: PlatformView): PostForm {
  return {
    userId: user.id,
    platform,
    pinned: false,
    maxCharacters: platform.max_characters,
    values: { title: '', content: '', spoiler_text: '', visibility: 'public' },
    errors: [],
  };
}

function valuesOf(body: unknown): PostForm['values'] {
  const given = (body ?? {}) as Record<string, unknown>;
  const text = (name: string): string => (typeof given[name] === 'string' ? (given[name] as string) : '');
  return {
    title: text('title'),
    content: text('content'),
    spoiler_text: text('spoiler_text'),
    visibility: text('visibility') || 'public',
  };
}

/** Removes empty fields, which forms send too, except `content`. */
function withoutBlanks(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  return Object.fromEntries(Object.entries(body).filter(([name, value]) => name === 'content' || value !== ''));
}
