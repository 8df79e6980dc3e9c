import { type DynamicModule, Global, Module } from '@nestjs/common';
import { DomainEvents } from './common/domain-events';
import { Metrics } from './common/metrics';
import type { Config } from './config';

export const CONFIG = Symbol('CONFIG');

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
