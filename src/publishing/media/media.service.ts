import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditTrail } from '../../audit/audit-trail';
import { STORED_BUDGETS } from '../../cluster/budgets';
import { AppError, invalidField } from '../../common/app-error';
import { Clock } from '../../common/clock';
import type { Image } from '../../database/entities/image.entity';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { Post } from '../../database/entities/post.entity';
import { type Transaction, UnitOfWork } from '../../database/unit-of-work';
import type { Part } from '../../http/multipart';
import { PlatformFence } from '../../platform/platform-fence';
import type { MediaView } from '../../protocol/http';
import { MAX_FILE_BYTES } from '../../protocol/media';
import { auditActorOf } from '../../session/audit-actor';
import { RequestBudgets } from '../../session/request-budgets';
import type { PlatformTarget } from '../../session/request-session';
import type { SessionContext } from '../../session/session-context';
import { SessionLifecycleService } from '../../session/session-lifecycle.service';
import { PostRepository } from '../posts/post.repository';
import { toImageView, toPostView } from '../posts/post.views';
import { mediaLimitsOf } from '../posts/post-fitting';
import { AltTextEditor } from './alt-text-editor';
import { MediaRepository } from './media.repository';
import { checkAltText, readUpload, type Upload } from './upload-reader';

/** Uploads for posts: stored in the database, where every node can read them, until their post is published. */
@Injectable()
export class MediaService {
  private readonly logger = new Logger('Media');

  constructor(
    private readonly work: UnitOfWork,
    private readonly sessions: SessionLifecycleService,
    private readonly fence: PlatformFence,
    private readonly posts: PostRepository,
    private readonly media: MediaRepository,
    private readonly editor: AltTextEditor,
    private readonly budgets: RequestBudgets,
    private readonly audit: AuditTrail,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores a file for the named platform while it is received.
   * @throws AppError as PlatformFence; VALIDATION_ERROR for a type or size that the instance does not accept
   */
  async upload(caller: SessionContext, named: PlatformTarget, parts: AsyncIterable<Part>): Promise<MediaView> {
    const { image, platform } = await this.sessions.runAuthorized(caller, (tx, context) =>
      this.begin(tx, context, named),
    );
    // The file now belongs to this platform, even after a switch; each write checks that the platform still exists.
    const own: PlatformTarget = { id: platform.id, pinned: true };
    try {
      const upload = await readUpload(parts, mediaLimitsOf(platform), (from, chunks) =>
        this.sessions.runAuthorized(caller, async (tx, context) => {
          await this.fence.check(tx.em, context, own);
          await this.media.addChunks(tx.em, image.id, from, chunks);
        }),
      );
      return await this.sessions.runAuthorized(caller, async (tx, context) => {
        await this.fence.check(tx.em, context, own);
        return this.finish(tx, image, upload);
      });
    } catch (error) {
      // If this fails, the pruner deletes the row later.
      const gone = this.work.write((tx) => this.media.removeUnused(tx.em, [image.id]));
      await gone.catch((reason: Error) => this.logger.warn(reason.message));
      throw error;
    }
  }

  /**
   * Changes the description of an image, also of a published one if the instance supports that.
   * @throws AppError NOT_FOUND, VALIDATION_ERROR, RATE_LIMITED, PLATFORM_REJECTED or PLATFORM_UNREACHABLE
   */
  async describe(caller: SessionContext, named: PlatformTarget, id: number, altText: string): Promise<MediaView> {
    const { image, post, platform } = await this.work.read((em) => this.find(em, caller, named, id));
    const checked = checkAltText(altText, mediaLimitsOf(platform));
    requireNotPublishing(post);
    // Call the instance before updating the row, and never inside a transaction.
    const edited = post?.status === 'published';
    if (edited) {
      await this.budgets.takeInstanceCall(caller.user.id, caller.session.ipAddress);
      await this.editor.edit(platform, post, image, checked ?? '');
    }
    const noted = await this.sessions.runAuthorized(caller, (tx, context) =>
      this.noteAltText(tx, context, named, id, checked, edited),
    );
    // The post was published with the old description since it was read: edit the published image.
    return noted ?? this.describe(caller, named, id, altText);
  }

  /** Deletes an upload. @throws AppError NOT_FOUND, also if a post uses it */
  async remove(caller: SessionContext, named: PlatformTarget, id: number): Promise<void> {
    await this.sessions.runAuthorized(caller, async (tx, context) => {
      const platform = await this.fence.checkRow(tx.em, context, named);
      const image = await this.media.find(tx.em, platform.id, id);
      if (!image || (await this.media.removeUnused(tx.em, [id])) === 0) throw new AppError('NOT_FOUND');
    });
  }

  private async begin(tx: Transaction, context: SessionContext, named: PlatformTarget) {
    const platform: PlatformConnection = await this.fence.checkRow(tx.em, context, named);
    await this.requireRoom(tx, platform);
    const image = await this.posts.insertImage(tx.em, {
      userId: context.user.id,
      platformConnectionId: platform.id,
      postId: null,
      altText: null,
      status: 'pending',
      createdAt: this.clock.now(),
    });
    return { image, platform };
  }

  /** @throws AppError VALIDATION_ERROR while unused uploads exceed a limit */
  private async requireRoom(tx: Transaction, { id, userId }: PlatformConnection): Promise<void> {
    const { unusedFilesPerConnection, unusedFilesPerPerson, unusedBytesPerPerson } = STORED_BUDGETS;
    const ofConnection = await this.media.countUnused(tx.em, id);
    const { files, bytes } = await this.media.sumUnused(tx.em, userId);
    if (ofConnection >= unusedFilesPerConnection || files >= unusedFilesPerPerson) {
      throw invalidField('file', `${files} files wait for a post already`);
    }
    if (bytes + MAX_FILE_BYTES > unusedBytesPerPerson) {
      throw invalidField('file', `${Math.round(bytes / 1024 ** 2)} MB of files wait for a post already`);
    }
  }

  private async finish(tx: Transaction, image: Image, { altText, mimeType, size }: Upload): Promise<MediaView> {
    const status = altText === null ? 'pending' : 'ready';
    const change = { altText, mimeType, size, status, uploadedAt: this.clock.now() } as const;
    await this.posts.updateImage(tx.em, image.id, change);
    return toMediaView({ ...image, ...change });
  }

  private async find(em: EntityManager, caller: SessionContext, named: PlatformTarget, id: number) {
    const platform = await this.fence.checkRow(em, caller, named);
    const image = await this.media.find(em, platform.id, id);
    if (!image) throw new AppError('NOT_FOUND');
    return { platform, image, post: await this.media.postOf(em, image) };
  }

  /** @param edited whether the instance has the new text already @returns null if it must be sent there first */
  private async noteAltText(
    tx: Transaction,
    context: SessionContext,
    named: PlatformTarget,
    id: number,
    altText: string | null,
    edited: boolean,
  ): Promise<MediaView | null> {
    const { image, platform } = await this.find(tx.em, context, named, id);
    // The lock lets a worker claim the post either before this change or after it.
    const post = await this.media.lockPostOf(tx.em, image);
    requireNotPublishing(post);
    if (post?.status === 'published' && !edited) return null;
    const status = altText === null ? 'pending' : 'ready';
    // An upload of an unpublished post has the old description, so it is uploaded again. The remote ids of an uncertain
    // post are kept: they identify it on the instance.
    const keepsRemoteId = post?.status === 'published' || post?.uncertain;
    const change = { altText, status, ...(!keepsRemoteId && { remoteId: null }) } as const;
    await this.posts.updateImage(tx.em, image.id, change);
    // An upload without a post is a draft: neither audited nor announced.
    if (post) {
      await this.audit.record(tx, { type: 'alt_text_changed', ...auditActorOf(context), platform });
      const view = toPostView(post, await this.posts.imagesOf(tx.em, [post]));
      const at = this.clock.now().toISOString();
      tx.publish({ name: 'post.updated', payload: { userId: post.userId, post: view, at } });
    }
    return toMediaView({ ...image, ...change });
  }
}

/** A worker sends a post as it was when claimed. @throws AppError VALIDATION_ERROR */
function requireNotPublishing(post: Post | null): void {
  if (post?.status === 'publishing')
    throw invalidField('alt_text', 'The post is being published; try again afterwards');
}

export function toMediaView(image: Image): MediaView {
  return {
    ...toImageView(image),
    platform_id: image.platformConnectionId,
    mime_type: image.mimeType,
    size: image.size,
  };
}
