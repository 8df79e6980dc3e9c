/** Requests to a fake instance and its answers. */
import type { IncomingHttpHeaders } from 'node:http';

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  fields: Record<string, unknown>;
  file: { bytes: Buffer; mimeType: string } | null;
}

export interface FakeAnswer {
  status: number;
  json?: unknown;
  html?: string;
  bytes?: Buffer;
  headers?: Record<string, string>;
}

export const ok = (json: unknown): FakeAnswer => ({ status: 200, json });
export const found = (location: string): FakeAnswer => ({ status: 302, headers: { location } });
