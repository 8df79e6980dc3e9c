/** Selects the statuses of a page to import, and decides where the import ends. Pure. */
import type { StatusImport } from '../../database/entities/status-import.entity';
import { PAGE_SIZE } from '../../fediverse/instance-client';
import type { RemoteStatus } from '../../fediverse/instance-types';

/** The run before the page. */
export type ImportState = Pick<StatusImport, 'direction' | 'bottomId' | 'bottomAt' | 'hasReachedOldest'>;

export interface WantedPage {
  statuses: RemoteStatus[];
  /** No further page is needed. */
  isLast: boolean;
  /** The account has no older statuses. */
  isEnd: boolean;
  /** The new oldest imported status; null if unchanged. */
  bottom: RemoteStatus | null;
}

/** A page of which no status can be read: the next one may be readable. */
export const UNREADABLE_PAGE: WantedPage = { statuses: [], isLast: false, isEnd: false, bottom: null };

/**
 * @param fresh statuses that no earlier page of this run contained, newest first; none: the account has no more, or the
 *   instance does not support paging
 * @param isStored whether a status is stored already
 */
export function wantedOf(state: ImportState, fresh: RemoteStatus[], isStored: (id: string) => boolean): WantedPage {
  if (fresh.length === 0) return { statuses: [], isLast: true, isEnd: true, bottom: null };
  const page = { statuses: fresh, isLast: false, isEnd: false, bottom: null };
  if (state.direction === 'older') {
    const older = fresh.filter(({ id }) => !isStored(id)).slice(0, PAGE_SIZE);
    return { statuses: older, isLast: true, isEnd: older.length === 0, bottom: older.at(-1) ?? null };
  }
  if (state.hasReachedOldest) return page;
  if (state.bottomId === null) {
    const newest = fresh.slice(0, PAGE_SIZE);
    return { ...page, statuses: newest, isLast: true, bottom: newest.at(-1)! };
  }
  const { bottomId, bottomAt } = state;
  const known = fresh.findIndex(({ id }) => id === bottomId);
  // If that status has been deleted, its time determines its position.
  const last = known >= 0 ? known : fresh.findLastIndex(({ createdAt }) => createdAt >= bottomAt!);
  return { ...page, statuses: fresh.slice(0, last + 1), isLast: known >= 0 || last < fresh.length - 1 };
}
