/** Marks in a row that normalisation takes without growing slow: the stream-safe text format of UAX #15. */
const MARKS_IN_A_ROW = /\p{M}{30}(?=\p{M})/gu;

/**
 * Normalises in linear time. On its own, `String.prototype.normalize` takes quadratic time on a long run of combining
 * marks, which it has to put in order: the run is divided by a combining grapheme joiner, as UAX #15 has it.
 */
export function normalise(text: string, form: 'NFC' | 'NFKC'): string {
  return text.replace(MARKS_IN_A_ROW, '$&\u034f').normalize(form);
}
