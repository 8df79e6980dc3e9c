const { default: Sequencer } = require('@jest/test-sequencer');

/** Files that take a minute and more, which their size does not tell: begun late, one of them runs on alone. */
const LONG = ['client-schedules', 'revocation', 'leadership', 'conventions', 'open-states', 'pages', 'composer'].map(
  (name) => `/${name}.`,
);

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const isLong = ({ path }) => LONG.some((name) => path.includes(name));
    return super.sort(tests).sort((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
};
