/**
 * The id of this installation, shared by all nodes on one database. Prefixes all names in Redis, which several
 * installations may share.
 */
export const INSTALLATION = Symbol('INSTALLATION');
