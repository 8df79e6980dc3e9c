/**
 * The name of this installation: all nodes on one database share it, and no other has it. It stands before every name
 * that is used in Redis, which several installations may share.
 */
export const INSTALLATION = Symbol('INSTALLATION');
