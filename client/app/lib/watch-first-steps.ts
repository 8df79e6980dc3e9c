import { session } from '../../elements/session';
import { completeStep, type Step } from './first-steps';

/** Runs on every page: the page that shows the first steps need not be open. */
export function watchFirstSteps(): void {
  const complete = (step: Step): void => {
    const state = session.getState();
    if (state) completeStep(state.user.id, step);
  };
  const connected = (): void => {
    if (session.getState()?.platform) complete('connect');
  };
  session.on('sessionStateChanged', connected);
  session.on('postUpdated', ({ post }) => post.status === 'published' && complete('write'));
  session.on('platformSwitched', ({ fromThisTab }) => fromThisTab || complete('follow'));
  connected();
}
