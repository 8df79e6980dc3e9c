const { default: Sequencer } = require('@jest/test-sequencer');

/** Files that take over a minute, which their size does not show, longest first: started late, one would run on alone. */
const LONG = [
  'every-browser.',
  'lighthouse.',
  'faults/expiry.',
  'revocation.',
  'concurrency.',
  'hostile-input.',
  'expiry.browser.',
  'faults/publishing.',
  'lost-answers.',
  'behind-nginx.',
  'browser/pages.',
  'leadership.',
  'shutdown.',
  'client-schedules.',
];

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const rank = ({ path }) => {
      const index = LONG.findIndex((name) => path.includes(name));
      return index < 0 ? LONG.length : index;
    };
    return super.sort(tests).sort((a, b) => rank(a) - rank(b));
  }
};
