/** Which statuses of a page are wanted, and where the reading ends. Pure. */
import type { StatusImport } from '../../database/entities/status-import.entity';
import { PAGE_SIZE } from '../../fediverse/instance-client';
import type { RemoteStatus } from '../../fediverse/instance-types';

/** The run as it is before the page. */
export type ImportState = Pick<StatusImport, 'direction' | 'bottomId' | 'bottomAt' | 'isWhole'>;

export interface WantedPage {
  statuses: RemoteStatus[];
  /** Nothing more is asked for. */
  isLast: boolean;
  /** The account ends here. */
  isEnd: boolean;
  /** Where the account has been read to, when it moves. */
  bottom: RemoteStatus | null;
}

/**
 * @param fresh statuses of the page that no earlier page of this run has had, newest first; none: the account ends, or
 *   the instance does not know paging
 * @param isHeld whether a status is here already
 */
export function wantedOf(state: ImportState, fresh: RemoteStatus[], isHeld: (id: string) => boolean): WantedPage {
  if (fresh.length === 0) return { statuses: [], isLast: true, isEnd: true, bottom: null };
  const page = { statuses: fresh, isLast: false, isEnd: false, bottom: null };
  if (state.direction === 'older') {
    const older = fresh.filter(({ id }) => !isHeld(id)).slice(0, PAGE_SIZE);
    return { statuses: older, isLast: true, isEnd: older.length === 0, bottom: older.at(-1) ?? null };
  }
  if (state.isWhole) return page;
  if (state.bottomId === null) {
    const newest = fresh.slice(0, PAGE_SIZE);
    return { ...page, statuses: newest, isLast: true, bottom: newest.at(-1)! };
  }
  const { bottomId, bottomAt } = state;
  const known = fresh.findIndex(({ id }) => id === bottomId);
  // Where that one is gone by now, its time says where it was.
  const last = known >= 0 ? known : fresh.findLastIndex(({ createdAt }) => createdAt >= bottomAt!);
  return { ...page, statuses: fresh.slice(0, last + 1), isLast: known >= 0 || last < fresh.length - 1 };
}
