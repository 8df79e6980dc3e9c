import { Injectable } from '@nestjs/common';
import type { Image } from '../../database/entities/image.entity';
import { UnitOfWork } from '../../database/unit-of-work';
import type { InstanceClient } from '../../fediverse/instance-client';
import { InstanceError } from '../../fediverse/instance-error';
import { PostRepository } from '../posts/post.repository';
import { PublishingRepository } from './publishing.repository';

/** Polling of an attachment that the instance is still processing. */
const MAX_READY_POLLS = 40;
const READY_POLL_INTERVAL_MS = 500;
/** Server errors for one file after which the post fails: they are likely to repeat. */
const MAX_UPLOAD_FAILURES = 3;

/** Uploads the files of a post to its instance, each once. */
@Injectable()
export class MediaSender {
  constructor(
    private readonly work: UnitOfWork,
    private readonly queue: PublishingRepository,
    private readonly posts: PostRepository,
  ) {}

  /** @returns the ids of the attachments, in the order of the images @throws InstanceError */
  async uploadAll(instance: InstanceClient, images: Image[]): Promise<string[]> {
    const ids: string[] = [];
    for (const image of images) ids.push(image.remoteId ?? (await this.upload(instance, image)));
    for (const id of ids) await this.untilReady(instance, id);
    return ids;
  }

  /** Counts a server error during an upload, except a gateway's. @returns whether the file has reached the maximum */
  async recordUploadFailure({ details }: InstanceError, images: Image[]): Promise<boolean> {
    const image = images.find(({ remoteId }) => remoteId === null);
    if (!image || details.status === undefined || details.status < 500 || isGateway(details.status)) return false;
    image.uploadFailures++;
    await this.work.write((tx) => this.posts.updateImage(tx.em, image.id, { uploadFailures: image.uploadFailures }));
    return image.uploadFailures >= MAX_UPLOAD_FAILURES;
  }

  private async upload(instance: InstanceClient, image: Image): Promise<string> {
    const { work, queue } = this;
    const size = image.size ?? 0;
    if ((await work.read((em) => queue.bytesOf(em, image.id, 0))) === null) {
      throw new InstanceError('refused', 'the image is not there any more');
    }
    const media = await instance.uploadMedia({
      size,
      mimeType: image.mimeType ?? 'application/octet-stream',
      description: image.altText,
      async *chunks() {
        for (let position = 0; ; position++) {
          const bytes = await work.read((em) => queue.bytesOf(em, image.id, position));
          if (bytes === null) return;
          yield bytes;
        }
      },
    });
    await work.write((tx) => this.posts.updateImage(tx.em, image.id, { remoteId: media.id, uploadFailures: 0 }));
    image.remoteId = media.id;
    return media.id;
  }

  private async untilReady(instance: InstanceClient, id: string): Promise<void> {
    for (let polls = 0; polls < MAX_READY_POLLS; polls++) {
      if (await instance.mediaIsReady(id)) return;
      await new Promise((resolve) => setTimeout(resolve, READY_POLL_INTERVAL_MS));
    }
    throw new InstanceError('limited', 'The instance is still working on the images');
  }
}

/** Status of a reverse proxy whose backend is down. */
const isGateway = (status: number): boolean => status >= 502 && status <= 504;
