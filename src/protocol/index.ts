/** Types and constants of the wire format, for clients of the HTTP API and the socket. */
export * from './avatar';
export * from './errors';
export * from './events';
export * from './http';
