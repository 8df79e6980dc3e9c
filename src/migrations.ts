import { Initial1761264000000 } from './migrations/1761264000000-initial';
import { Audit1763942400000 } from './migrations/1763942400000-audit';
import { Instances1764028800000 } from './migrations/1764028800000-instances';
import { Installation1764460800000 } from './migrations/1764460800000-installation';
import { Certainty1765065600000 } from './migrations/1765065600000-certainty';
import { PostOrder1765152000000 } from './migrations/1765152000000-post-order';
import { ImageOrder1765238400000 } from './migrations/1765238400000-image-order';
import { QueuedAgain1765324800000 } from './migrations/1765324800000-queued-again';

/** In the order in which they run. */
export const MIGRATIONS = [
  Initial1761264000000,
  Audit1763942400000,
  Instances1764028800000,
  Installation1764460800000,
  Certainty1765065600000,
  PostOrder1765152000000,
  ImageOrder1765238400000,
  QueuedAgain1765324800000,
];
