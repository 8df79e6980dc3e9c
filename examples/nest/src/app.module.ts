import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { VedfolnirModule } from 'vedfolnir';
import { AccountsController } from './accounts.controller';
import { ChatGateway } from './chat.gateway';
import { createDataSource } from './database';
import { NotesController } from './notes.controller';
import { NotesService } from './notes.service';
import { PlainController } from './plain.controller';
import { ReportsController } from './reports.controller';

@Module({
  providers: [
    {
      provide: DataSource,
      useFactory: () => createDataSource(process.env.DATABASE_URL ?? 'data/notes.sqlite').initialize(),
    },
  ],
  exports: [DataSource],
})
class DatabaseModule {}

@Module({
  imports: [
    DatabaseModule,
    VedfolnirModule.forRootAsync({
      imports: [DatabaseModule],
      inject: [DataSource],
      useFactory: (database: DataSource) => ({
        database,
        redis: process.env.REDIS_URL,
        encryptionKeys: process.env.ENCRYPTION_KEYS,
        allowPrivateInstances: process.env.ALLOW_PRIVATE_INSTANCES?.split(','),
      }),
    }),
  ],
  controllers: [NotesController, AccountsController, ReportsController, PlainController],
  providers: [NotesService, ChatGateway],
})
export class AppModule {}
