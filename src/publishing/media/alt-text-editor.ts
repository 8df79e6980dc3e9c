import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import type { Image } from '../../database/entities/image.entity';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { Post } from '../../database/entities/post.entity';
import type { InstanceClient } from '../../fediverse/instance-client';
import { InstanceError, toPlatformError } from '../../fediverse/instance-error';
import type { RemoteStatus } from '../../fediverse/instance-types';
import { ConnectionRefresher } from '../../platform/connection-refresher';
import { Instances } from '../../platform/instances';
import { isNamedByStatus } from '../outbox/same-status';

/** Changes the description of a published image, if its instance supports that. */
@Injectable()
export class AltTextEditor {
  constructor(
    private readonly instances: Instances,
    private readonly connections: ConnectionRefresher,
  ) {}

  /**
   * The text, the content warning and the other images of the post stay unchanged.
   * @throws AppError PLATFORM_REJECTED or PLATFORM_UNREACHABLE
   */
  async edit(platform: PlatformConnection, post: Post, image: Image, description: string): Promise<void> {
    const { remoteId: postId } = post;
    const { remoteId: imageId } = image;
    if (postId === null || imageId === null) throw cannotChange();
    try {
      await this.connections.trackRejection(platform, () => this.send(platform, postId, imageId, description));
    } catch (error) {
      throw toPlatformError(error);
    }
  }

  private async send(platform: PlatformConnection, postId: string, imageId: string, description: string) {
    const instance = this.instances.of(platform);
    // At snac an edit changes the text only, and the mentions in it lose their links.
    if (isNamedByStatus(imageId)) throw cannotChange();
    if (platform.platformType === 'pixelfed') return instance.describeMedia(imageId, description);
    const before = await instance.status(postId);
    const descriptionIn = ({ media }: RemoteStatus) => media.find(({ id }) => id === imageId)?.description;
    const isDone = (after: RemoteStatus) => {
      const shown = descriptionIn(after);
      return shown !== undefined && (shown === (description || null) || shown !== descriptionIn(before));
    };
    // Hollo and Akkoma change the file; Mastodon refuses that once a status has it.
    const isFileChanged = await this.describeFile(instance, imageId, description);
    if (isFileChanged && isDone(await instance.status(postId))) return;
    // The edit would detach attachments that it does not name.
    if (descriptionIn(before) === undefined || before.mediaLeftOut > 0) throw cannotChange();
    // An edit resets all omitted fields.
    const source = await instance.statusSource(postId);
    const edited = await instance.editStatus(postId, {
      status: source.text,
      spoiler_text: source.spoilerText,
      sensitive: before.sensitive,
      ...(before.language !== null && { language: before.language }),
      media_ids: before.media.map(({ id }) => id),
      // Only this image: a concurrent request may be describing another one.
      media_attributes: [{ id: imageId, description }],
    });
    if (!isDone(edited)) throw cannotChange();
  }

  /** @returns whether the instance has accepted the description of the file */
  private async describeFile(instance: InstanceClient, imageId: string, description: string): Promise<boolean> {
    try {
      await instance.describeMedia(imageId, description);
      return true;
    } catch (error) {
      if (error instanceof InstanceError && error.isRefusal) return false;
      throw error;
    }
  }
}

const cannotChange = () =>
  new AppError('PLATFORM_REJECTED', { message: 'The instance cannot change the description of this image' });
