import { type DynamicModule, Global, Module, type ModuleMetadata, type Provider } from '@nestjs/common';
import { CONFIG } from './config';
import { DomainEvents } from './domain-events';
import { Lifecycle } from './lifecycle';
import { Metrics } from './metrics';
import { VedfolnirEvents } from './vedfolnir-events';

/** Provides what all other modules need: settings, domain events, metrics. */
@Global()
@Module({})
export class ConfigModule {
  /** @param config provides CONFIG @param imports modules that its factory needs */
  static with(config: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
    return {
      module: ConfigModule,
      imports,
      providers: [config, DomainEvents, Metrics, Lifecycle, VedfolnirEvents],
      exports: [CONFIG, DomainEvents, Metrics, Lifecycle, VedfolnirEvents],
    };
  }
}
