import { Global, Module } from '@nestjs/common';
import { Clock, SystemClock } from '../common/clock';
import { CONFIG, type Config } from '../common/config';
import { DomainEvents } from '../common/domain-events';
import { INSTALLATION } from '../common/installation';
import { ClusterLock } from './cluster-lock';
import { Connections } from './connections';
import { DatabaseClock } from './database-clock';
import { Installation } from './entities/installation.entity';
import { UnitOfWork } from './unit-of-work';

@Global()
@Module({
  providers: [
    {
      provide: Connections,
      inject: [CONFIG],
      useFactory: (config: Config) =>
        Connections.open(config.database, config.databasePool, undefined, config.hostOptions),
    },
    {
      provide: INSTALLATION,
      inject: [Connections],
      useFactory: async ({ reader }: Connections) => (await reader.manager.find(Installation))[0]!.id,
    },
    {
      provide: ClusterLock,
      inject: [CONFIG],
      useFactory: (config: Config) => new ClusterLock(config.database),
    },
    {
      provide: UnitOfWork,
      inject: [Connections, DomainEvents, CONFIG],
      useFactory: (connections: Connections, events: DomainEvents, config: Config) =>
        new UnitOfWork(connections, events, config.test),
    },
    {
      provide: Clock,
      inject: [UnitOfWork, Connections],
      useFactory: async (work: UnitOfWork, connections: Connections) => {
        // The embedded database uses this machine's clock.
        if (connections.serial) return new SystemClock();
        const clock = new DatabaseClock(work);
        await clock.start();
        return clock;
      },
    },
  ],
  exports: [Connections, INSTALLATION, ClusterLock, UnitOfWork, Clock],
})
export class DatabaseModule {}
