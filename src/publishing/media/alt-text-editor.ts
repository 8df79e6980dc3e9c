import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error';
import type { Image } from '../../database/entities/image.entity';
import type { PlatformConnection } from '../../database/entities/platform-connection.entity';
import type { Post } from '../../database/entities/post.entity';
import { toPlatformError } from '../../fediverse/instance-error';
import { ConnectionRefresher } from '../../platform/connection-refresher';
import { Instances } from '../../platform/instances';

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
    if (platform.platformType === 'pixelfed') {
      await instance.describeMedia(imageId, description);
      return;
    }
    // Mastodon requires an edit of the status, which resets all omitted fields.
    const [source, current] = await Promise.all([instance.statusSource(postId), instance.status(postId)]);
    const before = current.media.find(({ id }) => id === imageId);
    // The edit would detach attachments that it does not name.
    if (!before || current.mediaLeftOut > 0) throw cannotChange();
    const { media } = await instance.editStatus(postId, {
      status: source.text,
      spoiler_text: source.spoilerText,
      sensitive: current.sensitive,
      ...(current.language !== null && { language: current.language }),
      media_ids: current.media.map(({ id }) => id),
      // Only this image: a concurrent request may be describing another one.
      media_attributes: [{ id: imageId, description }],
    });
    // snac accepts the edit, but changes the text only.
    const after = media.find(({ id }) => id === imageId)?.description;
    if (after === before.description && after !== (description || null)) throw cannotChange();
  }
}

const cannotChange = () =>
  new AppError('PLATFORM_REJECTED', { message: 'The instance cannot change the description of this image' });
