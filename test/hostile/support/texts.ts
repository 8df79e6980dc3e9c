/** Texts that are slow to normalise, to split into graphemes, or to match. */

import { FULL } from '../../support/scale';

const SELECTION = 7;

/** A repeated piece, and the text before and after it; the selection comes first. */
const PATTERNS: [name: string, before: string, piece: string, after: string][] = [
  ['marks in the wrong order', 'a', '\u0301\u0327', ''],
  ['marks and then letters', `a${'\u0301'.repeat(5000)}`, 'bc', ''],
  ['one endless family', '👨', '\u200d👩', ''],
  ['Devanagari', '', 'क्', ''],
  ['line breaks that do not end', '', '<br ', '>'],
  ['mentions', '', '@a@a.', ' '],
  ['numbers', '', '9', ''],
  ['one letter', '', 'x', ''],
  ['marks of two classes', 'a', '\u0301', '\u0327'],
  ['families', '', '👨‍👩‍👧‍👦', ''],
  ['flags', '', '🇳', ''],
  ['Hangul', '', '\u1112', ''],
  ['letters of many letters', '', '\ufdfa', ''],
  ['white space', '', ' ', 'x'],
  ['line ends', '', '\r\n', ''],
  ['at signs', '', '@a', ''],
  ['dots', 'a@', 'a.', ''],
  ['links', '', 'http://a(', ' '],
  ['no links', '', 'http://! ', ''],
  ['paragraphs that end', '', '</p> ', '<p>'],
  ['tags that do not end', '', '<', ''],
  ['tags that end', '', '<p', '>'],
  ['entities', '', '&#', ';'],
  ['quotes', '', '"', ''],
  ['backslashes', '', '\\', ''],
  ['slashes', 'https://a.example', '/', ''],
  ['dashes', 'a', '-', 'a'],
];

/** Each is as long as `length` UTF-16 units allow. */
export function hostileTexts(length: number): [name: string, text: string][] {
  return PATTERNS.slice(0, FULL ? PATTERNS.length : SELECTION).map(([name, before, piece, after]) => {
    const times = Math.floor((length - before.length - after.length) / piece.length);
    return [name, before.slice(0, length) + piece.repeat(Math.max(0, times)) + after];
  });
}
