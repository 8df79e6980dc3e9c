/** What the package exports, and nothing else. */
export { AppError, type AppErrorOptions, invalidField } from './common/app-error';
export { Clock } from './common/clock';
export { ConfigError, type RouteConfig } from './common/config';
export { MonitorPerformance } from './common/performance';
export { type VedfolnirEventMap, VedfolnirEvents } from './common/vedfolnir-events';
export { ENTITIES as vedfolnirEntities } from './database/entities';
export { PlatformConnection } from './database/entities/platform-connection.entity';
export { User } from './database/entities/user.entity';
export { UserSession } from './database/entities/user-session.entity';
export { Transaction, UnitOfWork } from './database/unit-of-work';
export { Tabs, type TabTarget } from './gateway/tabs';
export { type HostUser, SessionService } from './host/session.service';
export type { HttpRequest, HttpResponse } from './http/http-types';
export { MIGRATIONS as vedfolnirMigrations } from './migrations';
export { PlatformService } from './platform/platform.service';
export { PlatformFence } from './platform/platform-fence';
export type { PlatformView as Platform, Role } from './protocol/http';
export {
  CurrentPlatform,
  CurrentSession,
  CurrentTab,
  type PlatformTarget,
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
