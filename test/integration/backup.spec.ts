/** A backup by the commands of docs/operate.md, taken while people write, and restored elsewhere. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformView, PostView, RestSessionState } from '../../src/protocol/http';
import { encryptionKey } from '../support/backends';
import { eventually } from '../support/eventually';
import { TestClient } from '../support/http-client';
import { type ServerNode, startNode } from '../support/server';
import { createDatabase, startRedis } from '../support/services';
import { blocksOf, installation } from './support/documents';
import { named, postsOf } from './support/posting';
import { connectPlatforms } from './support/scenario';

const PEOPLE = 4;
/** Acknowledged writes before the backup begins. */
const BEFORE = 150;

const blocks = blocksOf('docs/operate.md');
const command = (part: string): string => {
  const found = blocks.filter((block) => block.includes(part));
  expect(found).toHaveLength(1);
  return found[0]!;
};

interface Kind {
  file: string;
  backUp: string;
  restore: string;
  /** What a database is reached by, and what stands for it in the commands. */
  create(): Promise<{ env: Record<string, string>; replacements: Record<string, string> }>;
}

const KINDS: [string, Kind][] = [
  [
    'SQLite',
    {
      file: 'backup.sqlite',
      backUp: 'vedfolnir backup',
      restore: 'cp backup.sqlite',
      create: async () => ({ env: {}, replacements: {} }),
    },
  ],
  [
    'MariaDB',
    {
      file: 'backup.sql',
      backUp: 'mariadb-dump',
      restore: 'vedfolnir < backup.sql',
      create: async () => {
        const [DATABASE_URL, redis] = await Promise.all([createDatabase(), startRedis()]);
        const { hostname, port, username, pathname } = new URL(DATABASE_URL);
        return {
          env: { DATABASE_URL, REDIS_URL: redis.url },
          replacements: {
            '--host=db --user=vedfolnir --password=secret': `--host=${hostname} --port=${port} --user=${username}`,
            'vedfolnir > backup.sql': `${pathname.slice(1)} > backup.sql`,
            'vedfolnir < backup.sql': `${pathname.slice(1)} < backup.sql`,
          },
        };
      },
    },
  ],
];

/** What a person was told is done, in the order in which they were told. */
interface Told {
  client: TestClient;
  platforms: PlatformView[];
  posts: string[];
  sessions: TestClient[];
  revision: number;
}

async function person({ url }: ServerNode): Promise<Told> {
  const client = new TestClient(url);
  await client.register();
  return { client, platforms: await connectPlatforms(client), posts: [], sessions: [], revision: 0 };
}

/** @throws when a write is refused */
async function write(told: Told, turn: number): Promise<void> {
  const { client, platforms } = told;
  if (turn % 12 === 0) {
    const session = client.device();
    expect((await session.login()).status).toBe(200);
    told.sessions.push(session);
  } else if (turn % 2 === 0) {
    const { id } = platforms[turn % 3]!;
    const { status, body } = await client.post<{ revision: number }>(`/api/switch_platform/${id}`);
    expect(status).toBe(200);
    told.revision = Math.max(told.revision, body.revision);
  } else {
    const content = `number ${turn}`;
    const answer = await client.post<PostView>('/api/posts', { content }, named(platforms[0]!.id, true));
    expect(answer.status).toBe(201);
    told.posts.push(content);
  }
}

describe.each(KINDS)('%s', (_, { file, backUp, restore, create }) => {
  it('has everything in it that was acknowledged before it began', async () => {
    const keys = { ENCRYPTION_KEYS: encryptionKey() };
    const source = await create();
    const here = installation(source.replacements);
    writeFileSync(join(here.cwd, '.env'), `ENCRYPTION_KEYS=${keys.ENCRYPTION_KEYS}\n`);
    await here.run(command('vedfolnir()'));
    const node = await startNode({ ...keys, ...source.env }, { cwd: here.cwd });
    const people: Told[] = [];
    for (let index = 0; index < PEOPLE; index++) people.push(await person(node));

    let written = 0;
    let going = true;
    const writers = people.map(async (each) => {
      for (let turn = 0; going; turn++, written++) await write(each, turn);
    });
    await eventually(() => expect(written).toBeGreaterThan(BEFORE), { timeout: 60_000 });
    const acknowledged = people.map(({ posts, sessions, revision }) => ({
      posts: [...posts],
      sessions: [...sessions],
      revision,
    }));
    const begun = written;
    await here.run(command(backUp));
    const meanwhile = written - begun;
    await eventually(() => expect(written).toBeGreaterThan(begun + meanwhile));
    going = false;
    await Promise.all(writers);
    process.stdout.write(`${begun} writes before the backup, ${meanwhile} while it was taken\n`);
    expect(await node.stop()).toBe(0);

    const target = await create();
    const there = installation(target.replacements);
    mkdirSync(join(there.cwd, 'data'));
    copyFileSync(join(here.cwd, file), join(there.cwd, file));
    await there.run(command(restore));
    const restored = await startNode({ ...keys, ...target.env }, { cwd: there.cwd });
    for (const [index, { client, platforms }] of people.entries()) {
      const { posts, sessions, revision } = acknowledged[index]!;
      const owner = client.at(restored.url);
      const { body } = await owner.get<RestSessionState>('/api/session');
      expect(body.authenticated).toBe(true);
      expect(body.revision).toBeGreaterThanOrEqual(revision);
      for (const session of sessions) expect((await session.at(restored.url).get('/api/session')).status).toBe(200);
      const found = (await postsOf(owner, platforms[0]!)).map(({ content }) => content);
      expect(found).toEqual(expect.arrayContaining(posts));
      expect((await owner.post(`/api/platforms/${platforms[0]!.id}/test`)).status).toBe(200);
    }
    expect(await restored.stop()).toBe(0);
  });
});
