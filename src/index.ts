/** The package's public exports. The server in `src/app` uses only these, like any other host. */

// The module, and decorators and guards for routes.

export {
  CurrentCsrfToken,
  CurrentPlatform,
  CurrentSession,
  CurrentTab,
  type PlatformTarget,
  platformOf,
  sessionOf,
  TargetPlatform,
} from './session/request-session';
export type { RecentLogin, SessionRequirement } from './session/route-metadata';
export {
  AllowCachedSession,
  Passive,
  Public,
  RequireRecentLogin,
  RequireSession,
} from './session/session.decorators';
export { SessionGuard } from './session/session.guard';
export type { Device, SessionContext } from './session/session-context';
export { type VedfolnirAsyncOptions, VedfolnirModule, type VedfolnirStaticOptions } from './vedfolnir.module';
export type { SessionOptions, VedfolnirOptions } from './vedfolnir.options';

// Services and events.

export { type VedfolnirEventMap, VedfolnirEvents } from './common/vedfolnir-events';
export { Tabs, type TabTarget } from './gateway/tabs';
export { type HostUser, SessionService } from './host/session.service';
export { PlatformService } from './platform/platform.service';
export { PlatformFence } from './platform/platform-fence';
export type { PlatformView as Platform, Role } from './protocol/http';
export { CreatePostDto } from './publishing/posts/post.dto';
export { PostService } from './publishing/posts/post.service';

// The database.

export { ENTITIES as vedfolnirEntities } from './database/entities';
export { PlatformConnection } from './database/entities/platform-connection.entity';
export { User } from './database/entities/user.entity';
export { UserSession } from './database/entities/user-session.entity';
export { Transaction, UnitOfWork } from './database/unit-of-work';
export { MIGRATIONS as vedfolnirMigrations } from './migrations';

// Requests, errors and messages to the next page.

export { AppError, type AppErrorOptions, invalidField } from './common/app-error';
export { toAppError } from './common/to-app-error';
export { BodyPipe, Omittable } from './common/validation';
export { ErrorFilter, SessionErrorFilter } from './http/error.filter';
export { answerError } from './http/error-answer';
export {
  type Flash,
  type FlashCategory,
  type FlashCode,
  sessionEndFlash,
  setFlash,
  takeFlash,
  toFlash,
} from './http/flash';
export type { HttpRequest, HttpResponse } from './http/http-types';

// For operating a server: settings, health, metrics, API description, shutdown.

export { Clock } from './common/clock';
export { type Config, ConfigError, type RouteConfig } from './common/config';
export { Metrics } from './common/metrics';
export { MonitorPerformance } from './common/performance';
export { GracefulShutdown } from './host/graceful-shutdown';
export { HealthController } from './monitor/health.controller';
export { describeApi } from './openapi/openapi';
export { loadConfig } from './settings/environment';
export { describeFault } from './settings/start-fault';
