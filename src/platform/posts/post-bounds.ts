/** What we can keep of a post, whatever its instance takes. */

/** UTF-16 units; three bytes each at the most, and a column of MySQL holds 65,535. */
export const LONGEST_TEXT = 15_000;
/** Images of one post. */
export const MOST_MEDIA = 40;
/** Of an image, in code points. */
export const LONGEST_DESCRIPTION = 10_000;
