/** Limits of what we can store, independent of the instance. */

/** UTF-16 units; at most three bytes each, and a TEXT column of MySQL holds 65,535 bytes. */
export const MAX_TEXT_LENGTH = 15_000;
/** Images per post. */
export const MAX_MEDIA = 40;
/** Of an image; code points. */
export const MAX_DESCRIPTION_LENGTH = 10_000;
