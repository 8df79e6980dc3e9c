/** The types that the package promises to templates of Vue, as vue-tsc reads them; compiled, never run. */
import type {} from 'vedfolnir/vue';
import type { GlobalComponents } from 'vue';

type Props<Tag extends keyof GlobalComponents> = InstanceType<GlobalComponents[Tag]>['$props'];

export const switcher: Props<'vf-platform-switcher'> = {
  shortcut: 'Alt+P',
  class: 'of-the-page',
  onClick: ({ clientX }) => clientX.toFixed(),
};
export const menu: Props<'vf-session-menu'> = { id: 'menu' };
export const composer: Props<'vf-composer'> = { manage: '/platforms' };
// @ts-expect-error It is an address.
export const dialog: Props<'vf-expiry-dialog'> = { login: 1 };
// @ts-expect-error It has no such attribute.
export const toasts: Props<'vf-toasts'> = { login: '/enter' };
