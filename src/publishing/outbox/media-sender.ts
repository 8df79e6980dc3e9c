import { Injectable } from '@nestjs/common';
import type { Image } from '../../database/entities/image.entity';
import { UnitOfWork } from '../../database/unit-of-work';
import type { InstanceClient } from '../../fediverse/instance-client';
import { InstanceError } from '../../fediverse/instance-error';
import { PublishingRepository } from './publishing.repository';

/** How often an attachment is asked for that the instance still works on, and how long between; ms. */
const READY_TRIES = 40;
const READY_PAUSE_MS = 500;
/** An instance that fails at a file does so each time. */
const MAX_UPLOAD_FAILURES = 3;

/** Brings the files of a post to its instance, each once. */
@Injectable()
export class MediaSender {
  constructor(
    private readonly work: UnitOfWork,
    private readonly queue: PublishingRepository,
  ) {}

  /** @returns the attachments' ids, in the order of the images @throws InstanceError */
  async bring(instance: InstanceClient, images: Image[]): Promise<string[]> {
    const ids: string[] = [];
    for (const image of images) ids.push(image.remoteId ?? (await this.upload(instance, image)));
    for (const id of ids) await this.untilReady(instance, id);
    return ids;
  }

  /** Whether the instance has failed at a file so often that it will again: not for being away, but over the file. */
  async isHopeless({ details }: InstanceError, images: Image[]): Promise<boolean> {
    const image = images.find(({ remoteId }) => remoteId === null);
    if (!image || details.status === undefined || details.status < 500 || isGateway(details.status)) return false;
    image.uploadFailures++;
    await this.work.write((tx) => this.queue.noteUploadFailure(tx.em, image.id, image.uploadFailures));
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
    await work.write((tx) => queue.noteUpload(tx.em, image.id, media.id));
    image.remoteId = media.id;
    return media.id;
  }

  private async untilReady(instance: InstanceClient, id: string): Promise<void> {
    for (let tries = 0; tries < READY_TRIES; tries++) {
      if (await instance.mediaIsReady(id)) return;
      await new Promise((resolve) => setTimeout(resolve, READY_PAUSE_MS));
    }
    throw new InstanceError('limited', 'The instance is still working on the images');
  }
}

/** What stands before an instance that is away. */
const isGateway = (status: number): boolean => status >= 502 && status <= 504;
