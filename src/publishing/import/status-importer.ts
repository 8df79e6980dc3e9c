import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { StatusImport } from '../../database/entities/status-import.entity';
import { type Transaction, UnitOfWork } from '../../database/unit-of-work';
import type { InstanceClient } from '../../fediverse/instance-client';
import { InstanceError } from '../../fediverse/instance-error';
import type { RemoteStatus, StatusPage } from '../../fediverse/instance-types';
import { Instances } from '../../platform/instances';
import { isSameStatus } from '../outbox/same-status';
import { PostRepository } from '../posts/post.repository';
import { ImportRepository, type StoredPost } from './import.repository';
import { UNREADABLE_PAGE, type WantedPage, wantedOf } from './import-page';
import { changesOf, fieldsOf, imageOf, movedImages } from './status-changes';

/** Possibly deleted or changed statuses that are fetched one by one, per page. */
const MAX_CHECKS = 40;
/** No further ones are fetched after this time. */
const MAX_CHECKS_MS = 30_000;
/** Statuses that one run stores; the next run goes on below them. */
const MAX_IMPORTED = 2000;
/**
 * Pages that a run reads without a pause, also of statuses that it does not store: known and unreadable ones, and
 * reblogs.
 */
const MAX_PAGES = 500;
/** Consecutive pages without a change after which a run stops looking for edits and deletions. */
const MAX_UNCHANGED_PAGES = 20;

/** State of a run between pages; not stored: a run that continues after a failure or on another node starts without. */
export class ImportMemory {
  readonly seen = new Set<string>();
  pages = 0;
  unchangedPages = 0;
}

/** A refetched status (null: deleted), and the stored post as it was before that. */
interface Checked {
  stored: StoredPost;
  status: RemoteStatus | null;
}

/** Imports one page of an account's statuses: new, edited and deleted ones. */
@Injectable()
export class StatusImporter {
  constructor(
    private readonly work: UnitOfWork,
    private readonly instances: Instances,
    private readonly imports: ImportRepository,
    private readonly posts: PostRepository,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns the run as it is after the page
   * @throws InstanceError; ClaimLostError
   */
  async readPage(
    platform: PlatformConnection,
    run: StatusImport,
    memory: ImportMemory,
    lease: Date,
  ): Promise<StatusImport> {
    const instance = this.instances.of(platform);
    const page = await instance.statuses(platform.remoteAccountId!, run.cursorId);
    const ids = page.statuses.map(({ id }) => id);
    const stored = await this.work.read((em) => this.imports.findStored(em, platform.id, ids));
    const fresh = page.statuses.filter(({ id }) => !memory.seen.has(id));
    const isUnreadable = fresh.length === 0 && page.lastId !== null && !memory.seen.has(page.lastId);
    const wanted = isUnreadable ? UNREADABLE_PAGE : wantedOf(run, fresh, (id) => stored.has(id));
    const checked = await this.check(instance, platform, run, wanted, stored, new Set([...ids, ...memory.seen]));
    for (const id of page.lastId === null ? ids : [...ids, page.lastId]) memory.seen.add(id);
    const moved = wanted.statuses.flatMap((status) => {
      const here = stored.get(status.id);
      return here ? movedImages(here, status) : [];
    });
    return this.work.write(async (tx) => {
      for (const { id, url } of moved) await this.posts.updateImage(tx.em, id, { url });
      return this.keep(tx, platform, run, wanted, checked, page, memory, lease);
    });
  }

  /** Refetches missing or differing statuses after reading the stored posts, so that no outdated state is stored. */
  private async check(
    instance: InstanceClient,
    platform: PlatformConnection,
    run: StatusImport,
    { statuses, isEnd }: WantedPage,
    stored: Map<string, StoredPost>,
    there: ReadonlySet<string>,
  ): Promise<Checked[]> {
    const changed = statuses.filter((status) => {
      const here = stored.get(status.id);
      return here && changesOf(here, status) !== null;
    });
    const from = isEnd ? null : (statuses.at(-1)?.createdAt ?? null);
    const missing =
      run.direction === 'older' || (from === null && !isEnd)
        ? []
        : (
            await this.work.read((em) => this.imports.idsBetween(em, platform.id, from, run.cursorAt, 2 * MAX_CHECKS))
          ).filter((id) => !there.has(id));
    const gone = await this.work.read((em) => this.imports.findStored(em, platform.id, missing));
    const suspects = [...changed.map(({ id }) => stored.get(id)!), ...gone.values()].slice(0, MAX_CHECKS);
    const checked: Checked[] = [];
    const until = performance.now() + MAX_CHECKS_MS;
    for (const each of suspects) {
      if (performance.now() > until) break;
      const status = await this.refetch(instance, each.post.remoteId!);
      if (status === null || status?.id === each.post.remoteId) checked.push({ stored: each, status });
    }
    return checked;
  }

  /** @returns null if it is deleted, undefined if that cannot be determined */
  private async refetch(instance: InstanceClient, id: string): Promise<RemoteStatus | null | undefined> {
    try {
      return await instance.status(id);
    } catch (error) {
      if (!(error instanceof InstanceError) || error.fault === 'limited' || error.rejectsToken) throw error;
      return error.status === 404 || error.status === 410 ? null : undefined;
    }
  }

  private async keep(
    tx: Transaction,
    platform: PlatformConnection,
    run: StatusImport,
    wanted: WantedPage,
    checked: Checked[],
    { leftOut: unread, lastId }: StatusPage,
    memory: ImportMemory,
    lease: Date,
  ): Promise<StatusImport> {
    // The order matters: a post that is published in between appears in one of the two results.
    const inFlight = await this.posts.inFlight(tx.em, platform.id);
    const known = await this.posts.remoteIds(
      tx.em,
      platform.id,
      wanted.statuses.map(({ id }) => id),
    );
    let imported = 0;
    let leftOut = unread;
    for (const status of wanted.statuses.toReversed()) {
      // The publisher stores the result of a post that is being published.
      if (status.isReblog || known.has(status.id) || inFlight.some((post) => isSameStatus(status, post))) continue;
      await this.insert(tx, platform, { ...status, createdAt: storedTimeOf(status, run.cursorAt) });
      // A page may contain a status twice.
      known.add(status.id);
      imported++;
      leftOut += status.mediaLeftOut;
    }
    const changes = await this.apply(tx, platform, checked);
    memory.unchangedPages = imported + changes === 0 ? memory.unchangedPages + 1 : 0;
    // Below the page that an earlier run failed at, statuses may be missing.
    const isKnownBelow = !run.mayHaveGaps && memory.unchangedPages >= MAX_UNCHANGED_PAGES;
    memory.pages++;
    const isFull = run.imported + imported >= MAX_IMPORTED || memory.pages >= MAX_PAGES;
    const isLast = wanted.isLast || isKnownBelow || isFull;
    const last = wanted.statuses.at(-1);
    const change: Partial<StatusImport> = {
      imported: run.imported + imported,
      leftOut: run.leftOut + leftOut,
      error: null,
      failures: 0,
      nextAttemptAt: isLast ? null : lease,
      ...(isLast && run.direction === 'newer' && { mayHaveGaps: isFull && !wanted.isLast }),
      cursorId: (wanted.isLast ? last?.id : lastId) ?? run.cursorId,
      cursorAt: last ? storedTimeOf(last, run.cursorAt) : run.cursorAt,
      bottomId: wanted.bottom?.id ?? run.bottomId,
      // The time as stored: the next page continues below it.
      bottomAt: wanted.bottom ? storedTimeOf(wanted.bottom, run.cursorAt) : run.bottomAt,
      ...(wanted.isEnd && this.endOf(run)),
    };
    if (!(await this.imports.update(tx.em, run, change))) throw new ClaimLostError();
    const after = { ...run, ...change };
    // One event per page, not per post.
    tx.publish(importedEvent(platform, after, imported + changes > 0, this.clock.now()));
    return after;
  }

  /** At the end of an account a first or an `older` run has imported all of it. */
  private endOf({ direction, bottomId }: StatusImport): Partial<StatusImport> {
    return direction === 'older' || bottomId === null ? { hasReachedOldest: true } : {};
  }

  private async insert(tx: Transaction, platform: PlatformConnection, status: RemoteStatus): Promise<void> {
    const { userId, id: platformConnectionId } = platform;
    const { id: postId } = await this.posts.insert(tx.em, {
      ...fieldsOf(status),
      userId,
      platformConnectionId,
      title: null,
      status: 'published',
      error: null,
      createdAt: status.createdAt,
      publishedAt: status.createdAt,
      language: status.language,
      remoteId: status.id,
    });
    for (const [position, media] of status.media.entries()) {
      if (media.isImage) await this.insertImage(tx, platform, postId, imageOf(media, position), status.createdAt);
    }
  }

  private async insertImage(
    tx: Transaction,
    { userId, id: platformConnectionId }: PlatformConnection,
    postId: number,
    image: ReturnType<typeof imageOf>,
    createdAt: Date,
  ): Promise<void> {
    const uploadedAt = this.clock.now();
    await this.posts.insertImage(tx.em, { ...image, userId, platformConnectionId, postId, createdAt, uploadedAt });
  }

  /** @returns how many posts were changed or removed */
  private async apply(tx: Transaction, platform: PlatformConnection, checked: Checked[]): Promise<number> {
    const ids = checked.map(({ stored }) => stored.post.remoteId!);
    const current = await this.imports.findStored(tx.em, platform.id, ids);
    let count = 0;
    for (const { stored, status } of checked) {
      const now = current.get(stored.post.remoteId!);
      // The stored post has changed since: the next import handles it.
      if (!now || JSON.stringify(now) !== JSON.stringify(stored)) continue;
      if (status === null) await this.posts.remove(tx.em, stored.post.id);
      else if (!(await this.change(tx, platform, stored, status))) continue;
      count++;
    }
    return count;
  }

  private async change(tx: Transaction, platform: PlatformConnection, stored: StoredPost, status: RemoteStatus) {
    const changes = changesOf(stored, status);
    if (!changes) return false;
    const { id, createdAt } = stored.post;
    if (changes.post) await this.posts.update(tx.em, id, changes.post);
    for (const each of changes.images) await this.posts.updateImage(tx.em, each.id, each.change);
    await this.imports.removeImages(tx.em, changes.removed);
    for (const { media, position } of changes.added) {
      await this.insertImage(tx, platform, id, imageOf(media, position), createdAt);
    }
    return true;
  }
}

/** @param run after the page @param isChanged whether posts were added, changed or removed */
export function importedEvent(platform: PlatformConnection, run: StatusImport, isChanged: boolean, now: Date) {
  const { userId, id: platformId } = platform;
  const { imported, leftOut, nextAttemptAt } = run;
  const running = nextAttemptAt !== null;
  const payload = { userId, platformId, imported, leftOut, isChanged, running, at: now.toISOString() };
  return { name: 'posts.imported' as const, payload };
}

/** A status up to this much newer than the end of the previous page is stored right below it, to keep the order. */
const MAX_OVERLAP_MS = 1000;

function storedTimeOf({ createdAt }: RemoteStatus, cursorAt: Date | null): Date {
  const ahead = cursorAt ? createdAt.getTime() - cursorAt.getTime() : -1;
  return cursorAt && ahead >= 0 && ahead < MAX_OVERLAP_MS ? new Date(cursorAt.getTime() - 1) : createdAt;
}

/** Another worker has claimed the run, or its connection is gone: nothing of the page is stored. */
export class ClaimLostError extends Error {}
