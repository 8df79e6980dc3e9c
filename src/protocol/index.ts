/** What goes over the wire, as types and constants: for clients of the HTTP interface and of the socket. */
export * from './avatar';
export * from './errors';
export * from './events';
export * from './http';
