import type { MediaView } from '../../../src/protocol/http';
import { isApiError } from '../../core/errors';
import { pinnedTo } from '../format-post';
import { session } from '../session';
import type { DraftFile } from './draft-repository';
import { upload } from './upload';

/** Delay after the last change of a description; ms. */
const DESCRIPTION_DELAY_MS = 800;
/** The server keeps an unused file for a day; ms, less an hour to write the post. */
const KEPT_MS = 23 * 3_600_000;

export interface Attachment extends DraftFile {
  /** `blob:` URL of an image; empty for other kinds. */
  readonly url: string;
  /** The platform that the file was uploaded for. */
  platformId: number;
  state: 'waiting' | 'uploading' | 'ready' | 'failed';
  /** The uploaded part, from 0 to 1. */
  progress: number;
  /** The description that the server has. */
  sentDescription: string;
  /** Why the server does not have the file, or its description. */
  problem: unknown;
  stop: AbortController;
}

export interface MediaListHooks {
  /** Headers that name the platform; null while it is undecided: then nothing is sent. */
  platform(): Record<string, string> | null;
  /** The server knows of a newer switch. @param error PLATFORM_CONTEXT_STALE */
  stale(error: unknown): void;
  draw(): void;
  /** Something that a draft contains has changed. */
  keep(): void;
}

/** The files of a post and their uploads: one at a time, so that each has the whole bandwidth. */
export class MediaList {
  items: Attachment[] = [];
  private queue: Promise<void> = Promise.resolve();
  private descriptionTimer = 0;

  constructor(private readonly hooks: MediaListHooks) {}

  add(files: readonly File[]): void {
    this.items.push(...files.map((file) => attachment({ file, altText: '', mediaId: null, uploadedAt: 0 }, 0)));
    this.uploadPending();
  }

  /** Files of a draft, which the server may still have. */
  restore(files: readonly DraftFile[], platformId: number): void {
    const oldest = Date.now() - KEPT_MS;
    this.items = files.map((draftFiles) =>
      attachment(draftFiles.uploadedAt < oldest ? { ...draftFiles, mediaId: null } : draftFiles, platformId),
    );
    this.uploadPending();
  }

  get kept(): DraftFile[] {
    return this.items.map(({ file, altText, mediaId, uploadedAt }) => ({ file, altText, mediaId, uploadedAt }));
  }

  describe(item: Attachment, altText: string): void {
    item.altText = altText;
    window.clearTimeout(this.descriptionTimer);
    this.descriptionTimer = window.setTimeout(() => this.uploadPending(), DESCRIPTION_DELAY_MS);
  }

  retry(item: Attachment): void {
    item.state = 'waiting';
    this.uploadPending();
  }

  /** @param to the index of the file afterwards */
  order(from: number, to: number): void {
    const items = [...this.items];
    items.splice(to, 0, ...items.splice(from, 1));
    this.items = items;
  }

  remove(item: Attachment): void {
    this.items = this.items.filter((each) => each !== item);
    release(item);
    deleteUpload(item);
  }

  /** A post or a draft has the files now: they are not deleted from the server. */
  clear(): void {
    window.clearTimeout(this.descriptionTimer);
    for (const item of this.items.splice(0)) release(item);
  }

  /**
   * Uploads all files again: for another platform, or because the server has lost them. A file belongs to one
   * platform.
   */
  reupload(): void {
    for (const item of this.items) {
      item.stop.abort();
      deleteUpload(item);
      change(item, { mediaId: null, sentDescription: '', state: 'waiting', stop: new AbortController() });
    }
    this.uploadPending();
  }

  /** Uploads what has not been uploaded. @returns when each has been tried */
  uploadPending(): Promise<void> {
    this.queue = this.queue.then(async () => {
      for (const item of this.items) await this.process(item);
    });
    return this.queue;
  }

  /**
   * @returns the server's ids, in order; null while the platform is undecided
   * @throws the reason why the server does not have a file or its description
   */
  async ready(): Promise<number[] | null> {
    window.clearTimeout(this.descriptionTimer);
    for (const item of this.items)
      if (item.state === 'failed' && codeOf(item.problem) === 'NETWORK_ERROR') item.state = 'waiting';
    await this.uploadPending();
    if (!this.hooks.platform()) return null;
    for (const { mediaId, altText, sentDescription, problem } of this.items)
      if (mediaId === null || altText !== sentDescription) throw problem;
    return this.items.map(({ mediaId }) => mediaId as number);
  }

  private async process(item: Attachment, again = false): Promise<void> {
    const { stop } = item;
    if (stop.signal.aborted) return;
    try {
      if (item.state === 'waiting') await this.send(item);
      if (item.state === 'ready' && item.altText !== item.sentDescription) await this.sendDescription(item);
    } catch (error) {
      if (stop.signal.aborted) return;
      item.problem = error;
      if (codeOf(error) === 'NOT_FOUND' && !again) {
        change(item, { mediaId: null, sentDescription: '', state: 'waiting' });
        return this.process(item, true);
      }
      const stale = codeOf(error) === 'PLATFORM_CONTEXT_STALE';
      if (item.mediaId === null) item.state = stale ? 'waiting' : 'failed';
      if (stale) this.hooks.stale(error);
    }
    this.hooks.draw();
  }

  private async send(item: Attachment): Promise<void> {
    const platform = this.hooks.platform();
    if (!platform) return;
    const { file, stop } = item;
    const progress = (part: number) => {
      change(item, { state: 'uploading', progress: part });
      this.hooks.draw();
    };
    progress(0);
    const { id: mediaId, platform_id: platformId } = await upload(file, platform, progress, stop.signal);
    change(item, { mediaId, platformId, uploadedAt: Date.now(), state: 'ready', sentDescription: '' });
    this.hooks.keep();
  }

  private async sendDescription(item: Attachment): Promise<void> {
    const headers = this.hooks.platform();
    if (!headers) return;
    const { altText } = item;
    await session.request<MediaView>('PATCH', `/api/media/${item.mediaId}`, { body: { alt_text: altText }, headers });
    item.sentDescription = altText;
  }
}

function change(item: Attachment, to: Partial<Attachment>): void {
  Object.assign(item, to);
}

function attachment(kept: DraftFile, platformId: number): Attachment {
  return {
    ...kept,
    url: kept.file.type.startsWith('image/') ? URL.createObjectURL(kept.file) : '',
    platformId,
    state: kept.mediaId === null ? 'waiting' : 'ready',
    progress: 0,
    sentDescription: '',
    problem: null,
    stop: new AbortController(),
  };
}

function release({ url, stop }: Attachment): void {
  stop.abort();
  URL.revokeObjectURL(url);
}

/** Errors are ignored: the server deletes unused files anyway, only later. */
function deleteUpload({ mediaId, platformId }: Pick<Attachment, 'mediaId' | 'platformId'>): void {
  if (mediaId === null) return;
  session.request('DELETE', `/api/media/${mediaId}`, { headers: pinnedTo(platformId) }).catch(() => undefined);
}

function codeOf(error: unknown): string | undefined {
  return isApiError(error) ? error.error_code : undefined;
}
