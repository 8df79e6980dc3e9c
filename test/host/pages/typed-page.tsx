/** The types that the package promises to a page; compiled, never run. */
import { sessionSync } from 'vedfolnir/client';
import { type ElementAttributes, notify } from 'vedfolnir/elements';
import { usePlatform, useSession } from 'vedfolnir/react';

export function Page() {
  const session = useSession();
  const platform = usePlatform();
  return (
    <main title={session?.user.username}>
      {platform?.maxCharacters.toFixed()}
      <vf-platform-switcher shortcut="Alt+P" className="of-the-page" />
      <vf-session-menu>
        <a href="/account">Account</a>
      </vf-session-menu>
      <vf-composer manage="/platforms" />
      {/* @ts-expect-error It is an address. */}
      <vf-expiry-dialog login={1} />
    </main>
  );
}

window.addEventListener('platformSwitched', ({ detail }) => detail.platformName?.trim());
document.addEventListener('sessionUpdated', ({ detail }) => detail.session.pinned);
const stop: () => void = sessionSync.on('sessionExpired', ({ reason }) => notify(reason, 'warning'));
stop();

const switcher = document.querySelector('vf-platform-switcher');
if (switcher) switcher.shortcut = 'Alt+K';
const toasts: HTMLElementTagNameMap['vf-toasts'] = document.createElement('vf-toasts');
document.body.append(toasts);

export const manage: ElementAttributes['vf-composer']['manage'] = '/platforms';
