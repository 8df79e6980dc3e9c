/** Rendered by the server and hydrated in the browser; content that depends on the session follows later. */
import { useEffect, useState } from 'react';
import { usePlatform, useSession } from 'vedfolnir/react';

// #region elements
/** The elements modify the DOM, so they are defined only after React has hydrated the page. */
function useElements() {
  useEffect(() => void import('vedfolnir/elements'), []);
}

function Header() {
  const session = useSession();
  const platform = usePlatform();
  return (
    <header>
      <vf-platform-switcher />
      <h1>{session ? `${session.user.username} on ${platform?.name ?? 'no platform'}` : 'Welcome'}</h1>
    </header>
  );
}
// #endregion

export function Page() {
  useElements();
  const isElsewhere = useHash() === '#elsewhere';
  const [parts, setParts] = useState(['composer', 'one', 'two']);
  const [isWriting, setWriting] = useState(false);
  const [drawn, setDrawn] = useState(0);
  if (isElsewhere) return <p id="elsewhere">Elsewhere</p>;
  return (
    <main data-drawn={drawn}>
      <Header />
      {parts.map((part) => (part === 'composer' ? <vf-composer key={part} /> : <p key={part}>{part}</p>))}
      <button type="button" id="move" onClick={() => setParts(parts.toReversed())}>
        Move
      </button>
      <button type="button" id="again" onClick={() => setDrawn(drawn + 1)}>
        Draw again
      </button>
      <button type="button" id="add" onClick={() => setWriting(true)}>
        Write
      </button>
      <a id="leave" href="#elsewhere">
        Leave
      </a>
      {isWriting && <NoteForm />}
    </main>
  );
}

// #region form
/** The hidden fields are empty here; they are filled in when the form is added to the page. */
function NoteForm() {
  return (
    <form id="late" method="post" action="/create_post" data-platform-aware="">
      <input type="hidden" name="platform_id" />
      <input type="hidden" name="csrf_token" />
      <textarea name="content" aria-label="Note" />
      <button type="submit">Send</button>
    </form>
  );
}
// #endregion

function useHash() {
  const [hash, setHash] = useState('');
  useEffect(() => {
    const read = () => setHash(window.location.hash);
    window.addEventListener('hashchange', read);
    return () => window.removeEventListener('hashchange', read);
  }, []);
  return hash;
}
