/** A host's DataSource with a naming strategy and a subscriber: both apply to what it writes on our connections. */
import { join } from 'node:path';
import { Body, Controller, Module, Post } from '@nestjs/common';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import {
  Column,
  DataSource,
  type DataSourceOptions,
  DefaultNamingStrategy,
  Entity,
  type EntitySubscriberInterface,
  EventSubscriber,
  type InsertEvent,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
} from 'typeorm';
import { CurrentSession, RequireSession, type SessionContext, SessionService, VedfolnirModule } from '../../src';
import { Connections } from '../../src/database/connections';
import { ENTITIES } from '../../src/database/entities';
import { User } from '../../src/database/entities/user.entity';
import { hostDatabase } from '../../src/database/host-database';
import { MIGRATIONS } from '../../src/migrations';
import { encryptionKey } from '../support/backends';
import { TestClient } from '../support/http-client';
import { temporaryFolder } from '../support/processes';
import { createDatabase } from '../support/services';

/** As the usual snake-case strategies, but with a prefix, so that no derived name is by chance the one of our migrations. */
class PrefixedSnakeCase extends DefaultNamingStrategy {
  override tableName(targetName: string, given?: string): string {
    return given ?? snakeCase(targetName);
  }

  override columnName(propertyName: string, given: string | undefined, prefixes: string[]): string {
    return given ?? snakeCase([...prefixes, propertyName].join('_'));
  }

  override joinColumnName(relationName: string, referenced: string): string {
    return snakeCase(`${relationName}_${referenced}`);
  }

  override indexName(): string {
    return 'host_index';
  }

  override foreignKeyName(): string {
    return 'host_foreign_key';
  }
}

const snakeCase = (name: string) => `x_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;

@Entity()
class HostNote {
  @PrimaryGeneratedColumn()
  noteId!: number;

  @Column({ type: 'varchar', length: 200 })
  noteText!: string;

  @Column({ type: 'varchar', length: 20, default: '' })
  stampedBy!: string;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn()
  writtenBy!: User;
}

@EventSubscriber()
class Stamp implements EntitySubscriberInterface<HostNote> {
  listenTo() {
    return HostNote;
  }

  beforeInsert({ entity }: InsertEvent<HostNote>): void {
    entity.stampedBy = 'subscriber';
  }
}

@Controller('notes')
@RequireSession()
class NotesController {
  constructor(private readonly sessions: SessionService) {}

  @Post()
  create(@CurrentSession() session: SessionContext, @Body() { text }: { text: string }): Promise<HostNote> {
    return this.sessions.runAuthorized(session, ({ em }) =>
      em.save(HostNote, em.create(HostNote, { noteText: text, writtenBy: { id: session.user.id } })),
    );
  }
}

const PLACES: [string, () => Promise<DataSourceOptions>][] = [
  [
    'SQLite',
    async () => ({ type: 'better-sqlite3', database: join(temporaryFolder(), 'host.sqlite'), enableWAL: true }),
  ],
  ['MariaDB', async () => ({ type: 'mariadb', url: `${await createDatabase()}?charset=utf8mb4`, timezone: 'Z' })],
];

describe.each(PLACES)('%s', (_, place) => {
  let host: DataSource;
  let nest: NestExpressApplication;

  beforeAll(async () => {
    host = await new DataSource({
      ...(await place()),
      namingStrategy: new PrefixedSnakeCase(),
      subscribers: [Stamp],
      entities: [...ENTITIES, HostNote],
      migrations: MIGRATIONS,
      migrationsRun: true,
    }).initialize();
  });
  afterAll(async () => {
    await nest?.close();
    await host.destroy();
  });

  it('leaves the names of our tables, columns, indexes and foreign keys as the migrations made them', async () => {
    const { upQueries } = await host.driver.createSchemaBuilder().log();
    const others = upQueries.map(({ query }) => query).filter((query) => !query.includes('x__host_note'));
    expect(others).toEqual([]);
  });

  it('writes the host’s entity by its naming strategy and its subscriber', async () => {
    await host.synchronize();
    @Module({
      imports: [VedfolnirModule.forRoot({ database: host, encryptionKeys: encryptionKey() })],
      controllers: [NotesController],
    })
    class HostModule {}
    const module = await Test.createTestingModule({ imports: [HostModule] }).compile();
    nest = module.createNestApplication<NestExpressApplication>(new ExpressAdapter(), { logger: ['error', 'warn'] });
    await nest.listen(0, '127.0.0.1');
    const client = new TestClient(await nest.getUrl());
    await client.register();
    const answer = await client.post('/notes', { text: 'Hello' });
    expect([answer.status, answer.body]).toMatchObject([201, { noteText: 'Hello' }]);
    const rows = await host.query('SELECT x_note_text, x_stamped_by, x_written_by_id FROM x__host_note');
    const [user] = await host.getRepository(User).find();
    expect(rows).toEqual([{ x_note_text: 'Hello', x_stamped_by: 'subscriber', x_written_by_id: user!.id }]);
  });
});

it('requires TLS of the server if the DataSource does', async () => {
  const url = await createDatabase();
  const open = async (options: object) => {
    const connections = await Connections.open(
      hostDatabase(new DataSource({ type: 'mariadb', url, ...options })).database,
      1,
    );
    await connections.close();
  };
  // The server of the tests has no TLS.
  const refused = { code: 'HANDSHAKE_NO_SSL_SUPPORT' };
  await open({});
  await expect(open({ ssl: {} })).rejects.toMatchObject(refused);
  await expect(open({ ssl: 'Amazon RDS' })).rejects.toMatchObject(refused);
  await expect(open({ extra: { ssl: {} } })).rejects.toMatchObject(refused);
});
