import { type DynamicModule, Global, Module, type ModuleMetadata, type Provider } from '@nestjs/common';
import { CONFIG } from './config';
import { DomainEvents } from './domain-events';
import { Lifecycle } from './lifecycle';
import { Metrics } from './metrics';
import { VedfolnirEvents } from './vedfolnir-events';

/** What everything stands on: the settings, the domain events, the figures for the operator. */
@Global()
@Module({})
export class ConfigModule {
  /**
   * @param config provides CONFIG
   * @param imports what its factory needs
   */
  static with(config: Provider, imports: ModuleMetadata['imports'] = []): DynamicModule {
    return {
      module: ConfigModule,
      imports,
      providers: [config, DomainEvents, Metrics, Lifecycle, VedfolnirEvents],
      exports: [CONFIG, DomainEvents, Metrics, Lifecycle, VedfolnirEvents],
    };
  }
}
