import 'vedfolnir/elements';
import { sessionSync } from 'vedfolnir/client';
import { createApp, onScopeDispose, ref, shallowRef } from 'vue';

// #region session
/** The session as a ref. `getState()` returns a new object after each change. */
function useSession() {
  const session = shallowRef(sessionSync.getState());
  onScopeDispose(sessionSync.subscribe(() => (session.value = sessionSync.getState())));
  return session;
}

const Header = {
  setup: () => ({ session: useSession() }),
  template: `
    <header>
      <vf-platform-switcher></vf-platform-switcher>
      <h1>{{ session ? session.user.username + ' on ' + (session.platform?.name ?? 'no platform') : 'Welcome' }}</h1>
    </header>`,
};
// #endregion

const NoteForm = {
  template: `
    <form id="late" method="post" action="/create_post" data-platform-aware>
      <input type="hidden" name="platform_id"><input type="hidden" name="csrf_token">
      <textarea name="content" aria-label="Note"></textarea>
      <button type="submit">Send</button>
    </form>`,
};

const Page = {
  components: { Header, NoteForm },
  setup() {
    const hash = ref(window.location.hash);
    window.addEventListener('hashchange', () => (hash.value = window.location.hash));
    return { hash, parts: ref(['composer', 'one', 'two']), isWriting: ref(false), drawn: ref(0) };
  },
  template: `
    <p v-if="hash === '#elsewhere'" id="elsewhere">Elsewhere</p>
    <main v-else :data-drawn="drawn">
      <Header />
      <component v-for="part in parts" :key="part" :is="part === 'composer' ? 'vf-composer' : 'p'" />
      <button type="button" id="move" @click="parts = parts.toReversed()">Move</button>
      <button type="button" id="again" @click="drawn += 1">Draw again</button>
      <button type="button" id="add" @click="isWriting = true">Write</button>
      <a id="leave" href="#elsewhere">Leave</a>
      <NoteForm v-if="isWriting" />
    </main>`,
};

const app = createApp(Page);
app.config.compilerOptions.isCustomElement = (tag) => tag.startsWith('vf-');
app.mount('#app');
