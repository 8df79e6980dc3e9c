import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

const BY_TIME = new TableIndex({
  name: 'ix_posts_written',
  columnNames: ['platform_connection_id', 'created_at', 'id'],
});
const BY_ID = new TableIndex({ name: 'ix_posts_platform', columnNames: ['platform_connection_id', 'id'] });

/** Posts are listed by when they were written: those that are read in later may be older. */
export class PostOrder1765152000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await replace(runner, BY_ID, BY_TIME);
  }

  async down(runner: QueryRunner): Promise<void> {
    await replace(runner, BY_TIME, BY_ID);
  }
}

/** The new one first: the foreign key wants one of them. MySQL commits each by itself: what is done is not done again. */
async function replace(runner: QueryRunner, old: TableIndex, fresh: TableIndex): Promise<void> {
  const { indices } = (await runner.getTable('posts'))!;
  const has = (index: TableIndex) => indices.some(({ name }) => name === index.name);
  if (!has(fresh)) await runner.createIndex('posts', fresh);
  if (has(old)) await runner.dropIndex('posts', old);
}
