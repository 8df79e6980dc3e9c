import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AuthModule } from '../auth/auth.module';
import { ClusterModule } from '../cluster/cluster.module';
import type { Config } from '../common/config';
import { ConfigModule } from '../common/config.module';
import { ErrorFilter } from '../common/error.filter';
import { BodyPipe } from '../common/validation';
import { DatabaseModule } from '../database/database.module';
import { GatewayModule } from '../gateway/gateway.module';
import { MonitorModule } from '../monitor/monitor.module';
import { PlatformGuard } from '../platform/platform.guard';
import { PlatformModule } from '../platform/platform.module';
import { PublishingModule } from '../publishing/publishing.module';
import { OriginGuard } from '../session/origin.guard';
import { RecentLoginGuard } from '../session/recent-login.guard';
import { SessionGuard } from '../session/session.guard';
import { SessionModule } from '../session/session.module';
import { PagesModule } from './pages/pages.module';

/** Where all is put together. The guards are bound here, for every route, in this order. */
@Module({
  imports: [
    DatabaseModule,
    ClusterModule,
    SessionModule,
    AuthModule,
    PlatformModule,
    PublishingModule,
    GatewayModule,
    MonitorModule,
    PagesModule,
  ],
  providers: [
    { provide: APP_FILTER, useClass: ErrorFilter },
    { provide: APP_PIPE, useClass: BodyPipe },
    { provide: APP_GUARD, useClass: OriginGuard },
    { provide: APP_GUARD, useClass: SessionGuard },
    { provide: APP_GUARD, useClass: RecentLoginGuard },
    { provide: APP_GUARD, useClass: PlatformGuard },
  ],
})
export class AppModule {
  static with(config: Config): DynamicModule {
    return { module: AppModule, imports: [ConfigModule.with(config)] };
  }
}
