/**
 * The elements by tag name, each with its own attributes. The types of templates are derived from it: those of React
 * by `vedfolnir/react`, those of Vue by `vedfolnir/vue`.
 */
export interface ElementAttributes {
  'vf-platform-switcher': { scope?: 'session' | 'tab'; shortcut?: string; manage?: string };
  'vf-session-menu': object;
  'vf-device-list': object;
  'vf-expiry-dialog': { login?: string };
  'vf-composer': { manage?: string; login?: string };
  'vf-connection-dot': object;
  'vf-offline-banner': object;
  'vf-toasts': object;
}
