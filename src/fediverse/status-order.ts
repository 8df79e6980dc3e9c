/** Which of two statuses of an instance is the newer one, by their ids. Pure. */

/** The mark of an account that has been read from its beginning on. No status has this id. */
export const BEFORE_ALL = '0';

/** Ids grow with time: they are numbers, which may have got longer, or texts of one length that sort. */
export function isAfter(id: string, other: string): boolean {
  return id.length === other.length ? id > other : id.length > other.length;
}
