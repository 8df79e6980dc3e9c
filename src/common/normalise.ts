/** Longest run of combining marks that is normalised quickly: the limit of UAX #15's stream-safe text format. */
const MARKS_IN_A_ROW = /\p{M}{30}(?=\p{M})/gu;

/**
 * Normalises in linear time. `String.prototype.normalize` sorts runs of combining marks in quadratic time, so long runs
 * are split by a combining grapheme joiner, as in UAX #15.
 */
export function normalise(text: string, form: 'NFC' | 'NFKC'): string {
  return text.replace(MARKS_IN_A_ROW, '$&\u034f').normalize(form);
}
