import { useCallback, useEffect, useState } from 'react';
import { isApiError, sessionSync } from 'vedfolnir/client';

interface Note {
  id: number;
  text: string;
}

/** The notes of one platform, fetched again when another tab announces a new one. */
export function useNotes(platformId: number) {
  const [notes, setNotes] = useState<Note[]>([]);
  const [error, setError] = useState('');

  const call = useCallback(
    async <T>(method: 'GET' | 'POST', body?: object): Promise<T | null> => {
      try {
        // Names the platform, so that the server refuses the request after a switch.
        const headers = { 'X-Platform-Id': String(platformId) };
        const answer = await sessionSync.request<T>(method, '/notes', { body, headers, background: method === 'GET' });
        setError('');
        return answer;
      } catch (thrown) {
        if (!isApiError(thrown)) throw thrown;
        setError(thrown.message);
        return null;
      }
    },
    [platformId],
  );

  useEffect(() => {
    let isShown = true;
    const read = async () => {
      const found = await call<Note[]>('GET');
      if (found && isShown) setNotes(found);
    };
    const undo = sessionSync.on('appMessage', ({ name }) => {
      if (name === 'note:created') void read();
    });
    void read();
    return () => {
      isShown = false;
      undo();
    };
  }, [call]);

  const add = useCallback((text: string) => call<Note>('POST', { text }), [call]);
  return { notes, add, error };
}
