import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { StatusImport } from '../../database/entities/status-import.entity';
import { type Transaction, UnitOfWork } from '../../database/unit-of-work';
import type { InstanceClient } from '../../fediverse/instance-client';
import { InstanceError } from '../../fediverse/instance-error';
import type { RemoteStatus } from '../../fediverse/instance-types';
import { Instances } from '../../platform/instances';
import { isSameStatus } from '../outbox/same-status';
import { PostRepository } from '../posts/post.repository';
import { type HeldPost, ImportRepository } from './import.repository';
import { type WantedPage, wantedOf } from './import-page';
import { changesOf, imageOf, shownOf } from './status-changes';

/** Statuses that seem to be gone or changed, which are asked for one by one for each page. */
const MAX_CHECKS = 40;
/** Pages in a row with nothing new in them, after which it is not looked further for what was changed or deleted. */
const MAX_QUIET_PAGES = 20;

/** What one run remembers between its pages; one that goes on elsewhere begins with none of it. */
export class ImportMemory {
  readonly seen = new Set<string>();
  quietPages = 0;
}

/** A status that was looked at once more, and the post here as it was before that: null, where the status is gone. */
interface Checked {
  held: HeldPost;
  status: RemoteStatus | null;
}

/** Reads one page of what the account has posted: what is new, what was edited, what was deleted. */
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
   * @throws InstanceError; RunLost
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
    const held = await this.work.read((em) => this.imports.held(em, platform.id, ids));
    const fresh = page.statuses.filter(({ id }) => !memory.seen.has(id));
    const wanted = wantedOf(run, fresh, (id) => held.has(id));
    const checked = await this.check(instance, platform, run, wanted, held, new Set([...ids, ...memory.seen]));
    for (const id of ids) memory.seen.add(id);
    return this.work.write((tx) => this.keep(tx, platform, run, wanted, checked, page.leftOut, memory, lease));
  }

  /** Looks at what is gone from the page, or otherwise than here, after what is here was read: nothing older wins. */
  private async check(
    instance: InstanceClient,
    platform: PlatformConnection,
    run: StatusImport,
    { statuses, isEnd }: WantedPage,
    held: Map<string, HeldPost>,
    there: ReadonlySet<string>,
  ): Promise<Checked[]> {
    const changed = statuses.filter((status) => {
      const here = held.get(status.id);
      return here && changesOf(here, status) !== null;
    });
    const from = isEnd ? null : (statuses.at(-1)?.createdAt ?? null);
    const missing =
      run.direction === 'older' || (from === null && !isEnd)
        ? []
        : (
            await this.work.read((em) => this.imports.idsBetween(em, platform.id, from, run.cursorAt, 2 * MAX_CHECKS))
          ).filter((id) => !there.has(id));
    const gone = await this.work.read((em) => this.imports.held(em, platform.id, missing));
    const suspects = [...changed.map(({ id }) => held.get(id)!), ...gone.values()].slice(0, MAX_CHECKS);
    const checked: Checked[] = [];
    for (const each of suspects) {
      const status = await this.lookAgain(instance, each.post.remoteId!);
      if (status !== undefined) checked.push({ held: each, status });
    }
    return checked;
  }

  /** @returns null where it is gone, undefined where that cannot be told */
  private async lookAgain(instance: InstanceClient, id: string): Promise<RemoteStatus | null | undefined> {
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
    unread: number,
    memory: ImportMemory,
    lease: Date,
  ): Promise<StatusImport> {
    // In this order: a post that is published in between is seen in one of the two.
    const inFlight = await this.posts.inFlight(tx.em, platform.id);
    const known = await this.posts.remoteIds(
      tx.em,
      platform.id,
      wanted.statuses.map(({ id }) => id),
    );
    let imported = 0;
    let leftOut = unread;
    for (const status of wanted.statuses.toReversed()) {
      // One that is being published from here is written down by its worker.
      if (status.isReblog || known.has(status.id) || inFlight.some((post) => isSameStatus(status, post))) continue;
      await this.insert(tx, platform, { ...status, createdAt: writtenAt(status, run.cursorAt) });
      // A page may have it twice.
      known.add(status.id);
      imported++;
      leftOut += status.mediaLeftOut;
    }
    const changes = await this.apply(tx, platform, checked);
    memory.quietPages = imported + changes === 0 ? memory.quietPages + 1 : 0;
    const isLast = wanted.isLast || memory.quietPages >= MAX_QUIET_PAGES;
    const last = wanted.statuses.at(-1);
    const cursor = last && { cursorId: last.id, cursorAt: writtenAt(last, run.cursorAt) };
    const change: Partial<StatusImport> = {
      imported: run.imported + imported,
      leftOut: run.leftOut + leftOut,
      error: null,
      failures: 0,
      nextAttemptAt: isLast ? null : lease,
      ...cursor,
      bottomId: wanted.bottom?.id ?? run.bottomId,
      // As it is stored: the next page goes below it.
      bottomAt: wanted.bottom ? writtenAt(wanted.bottom, run.cursorAt) : run.bottomAt,
      ...(wanted.isEnd && this.endOf(run)),
    };
    if (!(await this.imports.update(tx.em, run, change))) throw new RunLost();
    const after = { ...run, ...change };
    // One event for each page, however many posts are in it.
    tx.publish(importedEvent(platform, after, imported + changes > 0, this.clock.now()));
    return after;
  }

  /** Where an account ends that is read for the first time, or backwards, all of it is here. */
  private endOf({ direction, bottomId }: StatusImport): Partial<StatusImport> {
    return direction === 'older' || bottomId === null ? { isWhole: true } : {};
  }

  private async insert(tx: Transaction, platform: PlatformConnection, status: RemoteStatus): Promise<void> {
    const { userId, id: platformConnectionId } = platform;
    const { id: postId } = await this.posts.insert(tx.em, {
      ...shownOf(status),
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
    const ids = checked.map(({ held }) => held.post.remoteId!);
    const current = await this.imports.held(tx.em, platform.id, ids);
    let count = 0;
    for (const { held, status } of checked) {
      const now = current.get(held.post.remoteId!);
      // Changed here in the meantime: the next reading sees to it.
      if (!now || JSON.stringify(now) !== JSON.stringify(held)) continue;
      if (status === null) await this.imports.removePost(tx.em, held.post.id);
      else if (!(await this.change(tx, platform, held, status))) continue;
      count++;
    }
    return count;
  }

  private async change(tx: Transaction, platform: PlatformConnection, held: HeldPost, status: RemoteStatus) {
    const changes = changesOf(held, status);
    if (!changes) return false;
    const { id, createdAt } = held.post;
    if (changes.post) await this.posts.update(tx.em, id, changes.post);
    for (const each of changes.images) await this.posts.updateImage(tx.em, each.id, each.change);
    await this.imports.removeImages(tx.em, changes.removed);
    for (const { media, position } of changes.added) {
      await this.insertImage(tx, platform, id, imageOf(media, position), createdAt);
    }
    return true;
  }
}

/** @param run as it is now  @param isChanged whether posts were brought, changed or removed */
export function importedEvent(platform: PlatformConnection, run: StatusImport, isChanged: boolean, now: Date) {
  const { userId, id: platformId } = platform;
  const { imported, leftOut, nextAttemptAt } = run;
  const running = nextAttemptAt !== null;
  const payload = { userId, platformId, imported, leftOut, isChanged, running, at: now.toISOString() };
  return { name: 'posts.imported' as const, payload };
}

/** Statuses of one moment that a page ends between are stored in the order of the pages: posts are listed by their time. */
const SAME_MOMENT_MS = 1000;

function writtenAt({ createdAt }: RemoteStatus, cursorAt: Date | null): Date {
  const ahead = cursorAt ? createdAt.getTime() - cursorAt.getTime() : -1;
  return cursorAt && ahead >= 0 && ahead < SAME_MOMENT_MS ? new Date(cursorAt.getTime() - 1) : createdAt;
}

/** The run is another worker's by now, or its connection is gone: nothing of the page is kept. */
export class RunLost extends Error {}
