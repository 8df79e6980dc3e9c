import { HEADERS, type MediaView } from '../../../src/protocol/http';
import { ApiError, toApiError } from '../../core/errors';
import { session } from '../session';

/** The server's own time limit; ms. */
const LIMIT_MS = 120_000;

/**
 * Uploads a file, by XMLHttpRequest: `fetch` reports no upload progress.
 * @param platform headers that name it
 * @param progress called with the uploaded part, from 0 to 1
 * @throws ApiError, also if `stop` has aborted it
 */
export function upload(
  file: File,
  platform: Record<string, string>,
  progress: (part: number) => void,
  stop: AbortSignal,
): Promise<MediaView> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const lost = () => reject(new ApiError('The server cannot be reached', 0, 'NETWORK_ERROR'));
    request.open('POST', '/api/media');
    request.responseType = 'json';
    request.timeout = LIMIT_MS;
    for (const [name, value] of Object.entries({ ...ownHeaders(), ...platform })) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
    request.onload = () => {
      if (request.status === 201) resolve(request.response);
      else reject(toApiError(request.status, request.response));
    };
    request.onerror = lost;
    request.ontimeout = lost;
    request.onabort = lost;
    stop.addEventListener('abort', () => request.abort());
    const form = new FormData();
    form.set('file', file);
    request.send(form);
  });
}

function ownHeaders(): Record<string, string> {
  const token = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? '';
  return { accept: 'application/json', [HEADERS.csrf]: token, [HEADERS.tabId]: session.getTabId() };
}
