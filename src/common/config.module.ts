import { type DynamicModule, Global, Module } from '@nestjs/common';
import { CONFIG, type Config } from './config';
import { DomainEvents } from './domain-events';
import { Metrics } from './metrics';

/** What everything stands on: the settings, the channel of domain events, the operator's figures. */
@Global()
@Module({})
export class ConfigModule {
  static with(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      providers: [{ provide: CONFIG, useValue: config }, DomainEvents, Metrics],
      exports: [CONFIG, DomainEvents, Metrics],
    };
  }
}
