/** What we can keep of a post, whatever its instance takes. */

/** UTF-16 units; three bytes each at the most, and a column of MySQL holds 65,535. */
export const MAX_TEXT_LENGTH = 15_000;
/** Images of one post. */
export const MAX_MEDIA = 40;
/** Of an image, in code points. */
export const MAX_DESCRIPTION_LENGTH = 10_000;
