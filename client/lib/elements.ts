/** `vedfolnir/elements`: the elements, with the session that they show. */
import '../index';

export * from '../elements';
