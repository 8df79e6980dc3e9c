/** The classic script: no exports, everything is at `window.sessionSync`. */
import './index';
