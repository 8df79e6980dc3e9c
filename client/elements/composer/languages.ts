/** Languages that most posts are written in; ISO 639. */
const CODES =
  'ar bg bn ca cs cy da de el en eo es et eu fa fi fr ga gd gl he hi hr hu hy id is it ja ka ko lt lv ms nb nl nn pl pt ro ru sk sl sq sr sv sw ta te th tr uk ur vi zh';

const names = new Intl.DisplayNames('en', { type: 'language' });
const named = (code: string): [code: string, name: string] => [code, names.of(code) ?? code];
const COMMON = CODES.split(' ')
  .map(named)
  .sort(([, one], [, other]) => one.localeCompare(other));

/** The language of a browser setting, without its country; a system without a locale reports `C`. */
export function baseLanguage(setting: string): string {
  const code = setting.split('-')[0]?.toLowerCase() ?? '';
  return /^[a-z]{2,3}$/.test(code) ? code : 'en';
}

/** @param chosen is always in the list @returns codes and names, sorted by name */
export function languageChoices(chosen: string): [code: string, name: string][] {
  return COMMON.some(([code]) => code === chosen) ? COMMON : [named(chosen), ...COMMON];
}
