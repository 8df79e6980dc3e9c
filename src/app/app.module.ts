import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { type Config, ErrorFilter, HealthController, VedfolnirModule } from '../index';
import { PagesModule } from './pages/pages.module';

/** The standalone server: the package plus pages, health checks and the error filter. */
@Module({
  imports: [PagesModule],
  controllers: [HealthController],
  providers: [{ provide: APP_FILTER, useClass: ErrorFilter }],
})
export class AppModule {
  static with(config: Config): DynamicModule {
    return { module: AppModule, imports: [VedfolnirModule.withConfig(config, { guards: 'everywhere' })] };
  }
}
