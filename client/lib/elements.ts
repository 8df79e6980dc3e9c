/**
 * `vedfolnir/elements`: the elements with their session. On a server, which has no session, it exports only their
 * types.
 */
import '../index';

export type * from '../elements';
export type { ElementAttributes } from '../elements/attributes';
export { notify } from '../elements/notify';

// Element classes can only be defined where `HTMLElement` exists.
if (typeof window !== 'undefined') await Promise.all([import('../elements'), import('../elements/composer/composer')]);
