import { SessionElement } from '../session-element';

export class Composer extends SessionElement {}

customElements.define('vf-composer', Composer);
