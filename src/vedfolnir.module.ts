import {
  type DynamicModule,
  type FactoryProvider,
  Global,
  Inject,
  Logger,
  Module,
  type ModuleMetadata,
  type NestModule,
  type Provider,
  type Type,
} from '@nestjs/common';
import {
  APP_FILTER,
  APP_GUARD,
  ApplicationConfig,
  HttpAdapterHost,
  ModulesContainer,
  RouterModule,
} from '@nestjs/core';
import { AccessModule } from './access.module';
import { AuthModule } from './auth/auth.module';
import { ClusterModule } from './cluster/cluster.module';
import { CONFIG, type Config, ConfigError, DEFAULT_ROUTES, type RouteConfig } from './common/config';
import { ConfigModule } from './common/config.module';
import { DatabaseModule } from './database/database.module';
import { waitForDatabase } from './database/wait-for-database';
import { GatewayModule } from './gateway/gateway.module';
import { ClientFilesController } from './host/client-files.controller';
import { HostModule } from './host/host.module';
import { SessionErrorFilter } from './http/error.filter';
import { keepOutOfGlobalPrefix, passMultipartTo } from './http/host-application';
import { MonitorModule } from './monitor/monitor.module';
import { OAuthCallbackController } from './platform/oauth/oauth-callback.controller';
import { PlatformModule } from './platform/platform.module';
import { PublishingModule } from './publishing/publishing.module';
import { SessionGuard } from './session/session.guard';
import { SessionModule } from './session/session.module';
import { resolveOptions, type VedfolnirOptions } from './vedfolnir.options';

/** Modules whose routes are under the API's prefix. */
const API_MODULES = [SessionModule, AuthModule, PlatformModule, PublishingModule, MonitorModule];

/** Options that shape the routes must be known before any provider is created, so the factory cannot return them. */
export type VedfolnirStaticOptions = Pick<VedfolnirOptions, 'routes' | 'guards'>;

export interface VedfolnirAsyncOptions extends VedfolnirStaticOptions {
  imports?: ModuleMetadata['imports'];
  inject?: FactoryProvider['inject'];
  /** @returns all other options */
  useFactory: (
    ...dependencies: never[]
  ) =>
    | Omit<VedfolnirOptions, keyof VedfolnirStaticOptions>
    | Promise<Omit<VedfolnirOptions, keyof VedfolnirStaticOptions>>;
}

/**
 * Live, platform-aware sessions for a Nest application, on Express or Fastify.
 * @example `VedfolnirModule.forRoot({ database: process.env.DATABASE_URL, redis: process.env.REDIS_URL })`
 */
@Global()
@Module({ controllers: [ClientFilesController, OAuthCallbackController] })
export class VedfolnirModule implements NestModule {
  constructor(
    private readonly application: ApplicationConfig,
    private readonly container: ModulesContainer,
    private readonly adapterHost: HttpAdapterHost,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws ConfigError during application start, for the first invalid option */
  static forRoot(options: VedfolnirOptions = {}): DynamicModule {
    return assemble({ provide: CONFIG, useFactory: () => whenReachable(resolveOptions(options)) }, options);
  }

  static forRootAsync({ imports, inject = [], useFactory, ...fixed }: VedfolnirAsyncOptions): DynamicModule {
    const factory = useFactory as (...dependencies: unknown[]) => VedfolnirOptions | Promise<VedfolnirOptions>;
    const config = {
      provide: CONFIG,
      inject,
      useFactory: async (...given: unknown[]) =>
        whenReachable(resolveOptions({ ...withoutStatic(await factory(...given)), ...fixed })),
    };
    return assemble(config, fixed, imports);
  }

  /** For a server that has already read its settings. */
  static withConfig(config: Config, options: VedfolnirStaticOptions = {}): DynamicModule {
    return assemble({ provide: CONFIG, useFactory: () => whenReachable(config) }, options);
  }

  configure(): void {
    const { httpAdapter } = this.adapterHost;
    keepOutOfGlobalPrefix(this.application, this.container, new Set<Type>([...API_MODULES, VedfolnirModule]));
    passMultipartTo(`${this.config.routes.prefix}/media`, httpAdapter);
  }
}

/** @throws ConfigError for options that must be known before the factory runs */
function withoutStatic(options: VedfolnirOptions): VedfolnirOptions {
  for (const name of ['guards', 'routes'] as const) {
    if (name in options) throw new ConfigError(`${name} belongs beside useFactory, not into its result`);
  }
  return options;
}

/** Waits for the database, which may be started after us. @returns the settings */
async function whenReachable(config: Config): Promise<Config> {
  const logger = new Logger('Database');
  await waitForDatabase(config.database, (line) => logger.warn(line));
  return config;
}

function assemble(
  config: Provider,
  { routes, guards = 'decorated' }: VedfolnirStaticOptions,
  imports: ModuleMetadata['imports'] = [],
): DynamicModule {
  const { prefix }: RouteConfig = { ...DEFAULT_ROUTES, ...routes };
  const everywhere = [
    { provide: APP_GUARD, useClass: SessionGuard },
    { provide: APP_FILTER, useClass: SessionErrorFilter },
  ];
  return {
    module: VedfolnirModule,
    imports: [
      ConfigModule.with(config, imports),
      DatabaseModule,
      ClusterModule,
      ...API_MODULES,
      AccessModule,
      GatewayModule,
      HostModule,
      RouterModule.register(API_MODULES.map((module) => ({ path: prefix, module }))),
    ],
    providers: guards === 'everywhere' ? everywhere : [],
    exports: [SessionModule, AuthModule, PlatformModule, PublishingModule, GatewayModule, HostModule],
  };
}
