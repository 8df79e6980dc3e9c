const { default: Sequencer } = require('@jest/test-sequencer');

/** Files that take over a minute, which their size does not show: started late, one of them would run on alone. */
const LONG = ['client-schedules', 'revocation', 'leadership', 'conventions', 'open-states', 'pages', 'composer'].map(
  (name) => `/${name}.`,
);

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const isLong = ({ path }) => LONG.some((name) => path.includes(name));
    return super.sort(tests).sort((a, b) => Number(isLong(b)) - Number(isLong(a)));
  }
};
