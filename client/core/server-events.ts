import type { ErrorCode } from '../../src/protocol/errors';
import type { EndReason, ServerToClientEvents } from '../../src/protocol/events';
import type { Announcer } from './announcer';
import type { ExpiryWatch } from './expiry-watch';
import type { Inbox } from './inbox';
import type { StateHolder } from './state-holder';

export interface ServerEventHooks {
  /** A whole state was told. */
  stateHeard(): void;
  /** The session that this tab is in has ended. */
  ended(reason: EndReason, errorCode: ErrorCode): void;
}

/** Who takes in what of the server's events, whichever tab's socket they come from. */
export function serverEvents(
  holder: StateHolder,
  inbox: Inbox,
  expiry: ExpiryWatch,
  announcer: Announcer,
  hooks: ServerEventHooks,
): ServerToClientEvents {
  const ours = (id: string) => id === holder.state?.session.id;
  return {
    'session:state': (state) => {
      inbox.state(state);
      hooks.stateHeard();
    },
    'platform:switched': (event) => inbox.switched(event),
    'platforms:changed': (event) => inbox.platforms(event),
    'session:expiring': (event) => expiry.heard(event, holder.state?.session),
    'session:extended': (event) => inbox.deadlines(event, event.session_id),
    'session:ended': (event) => ours(event.session_id) && hooks.ended(event.reason, event.error_code),
    'post:updated': ({ post }) => void announcer.say('postUpdated', { post }),
    'post:removed': ({ post_id, platform_id }) =>
      void announcer.say('postRemoved', { postId: post_id, platformId: platform_id }),
  };
}
