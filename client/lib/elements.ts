/** `vedfolnir/elements`: the elements, with the session that they show. On a server, which has none, only their types. */
import '../index';

export type * from '../elements';
export type { ElementAttributes } from '../elements/attributes';
export { notify } from '../elements/notify';

// The classes of elements can only be made where there are elements.
if (typeof window !== 'undefined') await Promise.all([import('../elements'), import('../elements/composer/composer')]);
