import { type DynamicModule, Global, Module } from '@nestjs/common';
import { DomainEvents } from './common/domain-events';
import type { Config } from './config';

export const CONFIG = Symbol('CONFIG');

/** What everything stands on: the settings, and the channel of domain events. */
@Global()
@Module({})
export class ConfigModule {
  static with(config: Config): DynamicModule {
    return {
      module: ConfigModule,
      providers: [{ provide: CONFIG, useValue: config }, DomainEvents],
      exports: [CONFIG, DomainEvents],
    };
  }
}
