/** The icons of our own pages, beside those of the elements. */
import { nothing, render } from 'lit';
import { Activity, Download, Ellipsis, House, Keyboard, KeyRound, Link, Search, Shield, Star } from 'lucide-static';
import { drawing } from '../elements/icon';
import { ICONS, type IconName } from '../elements/icons';

const OWN = {
  activity: Activity,
  download: Download,
  ellipsis: Ellipsis,
  house: House,
  keyboard: Keyboard,
  'key-round': KeyRound,
  link: Link,
  search: Search,
  shield: Shield,
  star: Star,
} as const;

declare module '../elements/icons' {
  interface Icons extends Record<keyof typeof OWN, string> {}
}

Object.assign(ICONS, OWN);

/** Renders the icons that a page of the server names by `data-icon`. */
export function drawServerIcons(): void {
  for (const element of document.querySelectorAll<SVGElement>('svg.vf-icon[data-icon]:empty')) {
    const name = element.dataset.icon as IconName;
    render(Object.hasOwn(ICONS, name) ? drawing(name) : nothing, element as unknown as HTMLElement);
  }
}
