import { useEffect, useState } from 'react';
import { sessionSync } from 'vedfolnir/client';
import { usePlatform } from 'vedfolnir/react';

interface Platform {
  id: number;
  name: string;
}

/** A custom switcher. All tabs and devices follow; this one updates as soon as the server has confirmed. */
export function Switcher() {
  const active = usePlatform();
  const [platforms, setPlatforms] = useState<Platform[]>([]);

  useEffect(() => {
    const read = () =>
      sessionSync.request<{ platforms: Platform[] }>('GET', '/api/user_platforms', { background: true }).then(
        (answer) => setPlatforms(answer.platforms),
        () => undefined,
      );
    void read();
    return sessionSync.on('platformsChanged', read);
  }, []);

  return (
    <select
      aria-label="Platform"
      value={active?.id ?? ''}
      onChange={(event) => void sessionSync.switchPlatform(Number(event.target.value))}
    >
      {platforms.map(({ id, name }) => (
        <option key={id} value={id}>
          {name}
        </option>
      ))}
    </select>
  );
}
