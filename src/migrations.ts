import { VedfolnirInitial1796000000000 } from './migrations/1796000000000-initial';
import { VedfolnirAdoptUnprefixedTables1796000100000 } from './migrations/1796000100000-adopt-unprefixed-tables';
import { VedfolnirRequests1796100000000 } from './migrations/1796100000000-requests';
import { VedfolnirAuditActor1796200000000 } from './migrations/1796200000000-audit-actor';
import { VedfolnirPinnedSessions1796300000000 } from './migrations/1796300000000-pinned-sessions';
import { VedfolnirPasswordResets1796400000000 } from './migrations/1796400000000-password-resets';
import { VedfolnirDeviceNames1796510000000 } from './migrations/1796510000000-device-names';
import { VedfolnirRateLimitPauses1796530000000 } from './migrations/1796530000000-rate-limit-pauses';
import { VedfolnirIncompleteImports1796540000000 } from './migrations/1796540000000-incomplete-imports';

/**
 * In the order in which they run. Nodes of the previous release keep writing during and after a migration, so it drops
 * nothing that they use and requires no column that they do not set; unused columns are dropped one release later.
 */
export const MIGRATIONS = [
  VedfolnirInitial1796000000000,
  VedfolnirAdoptUnprefixedTables1796000100000,
  VedfolnirRequests1796100000000,
  VedfolnirAuditActor1796200000000,
  VedfolnirPinnedSessions1796300000000,
  VedfolnirPasswordResets1796400000000,
  VedfolnirDeviceNames1796510000000,
  VedfolnirRateLimitPauses1796530000000,
  VedfolnirIncompleteImports1796540000000,
];
