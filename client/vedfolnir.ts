/** The classic script: nothing exported, everything at `window.sessionSync`. */
import './index';
