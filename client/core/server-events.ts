import type { ErrorCode } from '../../src/protocol/errors';
import type { EndReason, ServerToClientEvents } from '../../src/protocol/events';
import type { EventDispatcher } from './event-dispatcher';
import type { ExpiryMonitor } from './expiry-monitor';
import type { StateStore } from './state-store';
import type { StateUpdater } from './state-updater';

export interface ServerEventHooks {
  /** A whole state was received. */
  stateReceived(): void;
  /** The session of this tab has ended. */
  sessionEnded(reason: EndReason, errorCode: ErrorCode): void;
}

/** Maps each event of the server to its handler, whether it comes from this tab's socket or the leader's. */
export function serverEventHandlers(
  store: StateStore,
  updater: StateUpdater,
  expiry: ExpiryMonitor,
  events: EventDispatcher,
  hooks: ServerEventHooks,
): ServerToClientEvents {
  const ours = (id: string) => id === store.state?.session.id;
  return {
    'session:state': (state) => {
      updater.applyState(state);
      hooks.stateReceived();
    },
    'platform:switched': (event) => updater.applySwitched(event),
    'platforms:changed': (event) => updater.applyPlatforms(event),
    'session:expiring': (event) => expiry.warningReceived(event, store.state?.session),
    'session:extended': (event) => updater.applyDeadlines(event, event.session_id),
    'session:ended': (event) => ours(event.session_id) && hooks.sessionEnded(event.reason, event.error_code),
    'post:updated': ({ post }) => void events.dispatch('postUpdated', { post }),
    'app:message': ({ name, payload }) => void events.dispatch('appMessage', { name, payload }),
    'post:removed': ({ post_id, platform_id }) =>
      void events.dispatch('postRemoved', { postId: post_id, platformId: platform_id }),
    'posts:imported': ({ platform_id, imported, left_out, is_changed, running }) => {
      const counts = { platformId: platform_id, imported, leftOut: left_out };
      events.dispatch('postsImported', { ...counts, isChanged: is_changed, running });
    },
  };
}
