import { useState } from 'react';
import { usePlatform, useSession } from 'vedfolnir/react';
import { Switcher } from './switcher';
import { useNotes } from './use-notes';

export function NotesPage() {
  const session = useSession();
  const platform = usePlatform();
  if (!session) return <p>Nobody is signed in.</p>;
  return (
    <main>
      <p>Signed in as {session.user.username}</p>
      <Switcher />
      {platform ? <Notes key={platform.id} platformId={platform.id} name={platform.name} /> : <p>No platform.</p>}
    </main>
  );
}

/** The key creates a new component per platform, so a draft for one platform is never sent to another. */
function Notes({ platformId, name }: { platformId: number; name: string }) {
  const { notes, add, error } = useNotes(platformId);
  const [text, setText] = useState('');
  return (
    <section>
      <h1>Notes on {name}</h1>
      <ul>
        {notes.map((note) => (
          <li key={note.id}>{note.text}</li>
        ))}
      </ul>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          if (await add(text)) setText('');
        }}
      >
        <input aria-label="New note" value={text} onChange={(event) => setText(event.target.value)} />
        <button type="submit">Save</button>
      </form>
      {error && <p role="alert">{error}</p>}
    </section>
  );
}
