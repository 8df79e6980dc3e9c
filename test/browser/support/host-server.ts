/**
 * A host application in front of a node: it serves some pages itself and proxies all else to the node, at one address.
 */
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

export type HostPage = (response: ServerResponse, request: IncomingMessage) => unknown;

export interface HostServer {
  url: string;
  /** By path, without the query. */
  pages: Map<string, HostPage>;
  close(): void;
}

export const htmlPage =
  (html: string, headers: Record<string, string> = {}): HostPage =>
  (response) =>
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(html);

export const script =
  (code: string): HostPage =>
  (response) =>
    response.writeHead(200, { 'content-type': 'text/javascript; charset=utf-8' }).end(code);

/** @param port of the node; without one it serves only the pages */
export async function startHostServer(port?: number): Promise<HostServer> {
  const pages = new Map<string, HostPage>();
  const server = createServer((incoming, response) => {
    const { method, url = '/', headers } = incoming;
    const page = pages.get(url.split('?', 1)[0]!);
    if (page) return void page(response, incoming);
    if (!port) return void response.writeHead(404).end();
    const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    outgoing.on('error', () => response.destroy());
    incoming.pipe(outgoing);
  });
  server.on('upgrade', ({ method, url, rawHeaders }, socket, head) => {
    const lines = rawHeaders.map((text, index) => text + (index % 2 ? '\r\n' : ': '));
    if (!port) return void socket.destroy();
    const node = connect(port, '127.0.0.1', () => {
      node.write(`${method} ${url} HTTP/1.1\r\n${lines.join('')}\r\n`);
      node.write(head);
      node.pipe(socket).pipe(node);
    });
    node.on('error', () => socket.destroy()).on('close', () => socket.destroy());
    socket.on('error', () => node.destroy()).on('close', () => node.destroy());
    upgraded.add(socket);
  });
  const upgraded = new Set<{ destroy(): void }>();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
    for (const socket of upgraded) socket.destroy();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pages, close };
}
