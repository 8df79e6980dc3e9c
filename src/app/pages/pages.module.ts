import { Module } from '@nestjs/common';
import { DemoAccount } from './demo-account';
import { PagesController } from './pages.controller';

@Module({ controllers: [PagesController], providers: [DemoAccount] })
export class PagesModule {}
