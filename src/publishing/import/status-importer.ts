import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { isDuplicateKey } from '../../database/database-errors';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { Post } from '../../database/entities/post.entity';
import { type Transaction, UnitOfWork } from '../../database/unit-of-work';
import type { RemoteStatus } from '../../fediverse/instance-types';
import { BEFORE_ALL, isAfter } from '../../fediverse/status-order';
import { Instances } from '../../platform/instances';
import { PlatformRepository } from '../../platform/platform.repository';
import { MAX_TEXT_LENGTH } from '../../protocol/post-bounds';
import { isSameStatus } from '../outbox/same-status';
import { PostRepository } from '../posts/post.repository';
import { toPostView } from '../posts/post.views';

/** Statuses per page (the most that instances give), and pages at a time. */
const PAGE = 40;
const PAGES = 10;
/** Pages that are walked back at most, to where the last reading ended. */
const PAGES_BACK = 50;

/** Reads what the account has posted elsewhere into posts and images: the latest first, then what came since. */
@Injectable()
export class StatusImporter {
  constructor(
    private readonly work: UnitOfWork,
    private readonly instances: Instances,
    private readonly platforms: PlatformRepository,
    private readonly posts: PostRepository,
    private readonly clock: Clock,
  ) {}

  /** @returns how many posts are new here @throws InstanceError */
  async run(connection: PlatformConnection): Promise<number> {
    const { id, userId } = connection;
    let imported = 0;
    for (let page = 0; page < PAGES; page++) {
      // Another import may have gone on meanwhile.
      const row = await this.work.read((em) => this.platforms.find(em, userId, id));
      if (!row?.remoteAccountId) return imported;
      const { statuses, more } = await this.next(row, row.remoteAccountId);
      const { added, whole } = await this.keepAll(row, statuses);
      imported += added;
      if (!whole || !more) return imported;
    }
    return imported;
  }

  /** What comes after the mark, oldest first; the latest where there is no mark yet. */
  private async next(row: PlatformConnection, accountId: string): Promise<{ statuses: RemoteStatus[]; more: boolean }> {
    const instance = this.instances.of(row);
    const mark = row.newestStatusId;
    // Pixelfed gives the newest page where it is asked for the one after the mark: the way there is from the other end.
    if (mark !== null && (row.platformType === 'pixelfed' || mark === BEFORE_ALL)) {
      const statuses: RemoteStatus[] = [];
      let pages = 0;
      for await (const page of instance.statusesBack(accountId)) {
        const fresh = page.filter((status) => isAfter(status.id, mark));
        statuses.push(...fresh);
        if (fresh.length < page.length || ++pages === PAGES_BACK) break;
      }
      return { statuses: statuses.reverse(), more: false };
    }
    const page = await instance.recentStatuses(accountId, PAGE, mark);
    return { statuses: page.reverse(), more: mark !== null && page.length === PAGE };
  }

  private async keepAll(row: PlatformConnection, statuses: RemoteStatus[]): Promise<{ added: number; whole: boolean }> {
    // An account that is read from its beginning on is marked so, with nothing in it too.
    if (row.newestStatusId === null && statuses.length < PAGE) {
      await this.work.write((tx) => this.mark(tx, row, BEFORE_ALL));
    }
    let added = 0;
    for (let from = 0; from < statuses.length; from += PAGE) {
      const page = statuses.slice(from, from + PAGE);
      const keep = () => this.work.write((tx) => this.keep(tx, row, page));
      const kept = await keep().catch((error: unknown) => {
        // Somebody else has just written one of them: now it is there to be seen.
        if (isDuplicateKey(error)) return keep();
        throw error;
      });
      added += kept.added;
      if (!kept.whole) return { added, whole: false };
    }
    return { added, whole: true };
  }

  /** @param statuses oldest first */
  private async keep(tx: Transaction, platform: PlatformConnection, statuses: RemoteStatus[]) {
    // In this order: a post that is published in between is seen in one of the two.
    const inFlight = await this.posts.inFlight(tx.em, platform.id);
    const known = await this.posts.remoteIds(
      tx.em,
      platform.id,
      statuses.map(({ id }) => id),
    );
    let added = 0;
    let newest: string | null = null;
    let whole = true;
    for (const status of statuses) {
      // One of ours, whose worker has not written it down yet: it and what follows are read another time.
      whole = !inFlight.some((post) => isSameStatus(status, post));
      if (!whole) break;
      newest = status.id;
      if (status.isReblog || known.has(status.id)) continue;
      await this.insert(tx, platform, status);
      // A page may have it twice.
      known.add(status.id);
      added++;
    }
    if (newest !== null) await this.mark(tx, platform, newest);
    return { added, whole };
  }

  /** Forward only: of two readings at a time, the one that got further has it. */
  private async mark(tx: Transaction, { userId, id }: PlatformConnection, newest: string): Promise<void> {
    const row = await this.platforms.find(tx.em, userId, id);
    if (!row || (row.newestStatusId !== null && !isAfter(newest, row.newestStatusId))) return;
    await this.platforms.update(tx.em, id, { newestStatusId: newest });
  }

  private async insert(tx: Transaction, platform: PlatformConnection, status: RemoteStatus): Promise<void> {
    const { userId, id: platformConnectionId } = platform;
    const now = this.clock.now();
    const post: Post = await this.posts.insert(tx.em, {
      userId,
      platformConnectionId,
      title: null,
      content: status.text.slice(0, MAX_TEXT_LENGTH),
      visibility: status.visibility,
      spoilerText: status.spoilerText || null,
      status: 'published',
      postUrl: status.url,
      error: null,
      createdAt: status.createdAt,
      publishedAt: status.createdAt,
      remoteId: status.id,
    });
    for (const media of status.media.filter(({ isImage }) => isImage)) {
      await this.posts.insertImage(tx.em, {
        userId,
        platformConnectionId,
        postId: post.id,
        altText: media.description,
        status: media.description === null ? 'pending' : 'ready',
        createdAt: status.createdAt,
        uploadedAt: now,
        remoteId: media.id,
        url: media.url,
      });
    }
    const view = toPostView(post, await this.posts.imagesOf(tx.em, [post.id]));
    tx.publish({ name: 'post.updated', payload: { userId, post: view, at: now.toISOString() } });
  }
}
