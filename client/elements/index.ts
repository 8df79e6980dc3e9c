/** Elements for any page: import this after `/client/vedfolnir.js`, and all tags are defined. */
import './elements.css';
import { deleteDraftsOnLogout } from './composer/delete-drafts-on-logout';
import './connection-dot';
import './device-list';
import './expiry-dialog';
import './offline-banner';
import './platform-switcher';
import './session-menu';
import './toasts';

export { notify } from './notify';

deleteDraftsOnLogout();
