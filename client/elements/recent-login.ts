import { html, render, type TemplateResult } from 'lit';
import { isApiError } from '../core/errors';
import { openDialog } from './dialog';
import { messageOf } from './error-messages';
import { field, textsOf } from './field';
import { session } from './session';

/** Runs a task that requires a recent sign-in; if the sign-in is too old, asks for the password and runs it again. */
export async function withRecentLogin<T>(task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    if (!isApiError(error) || error.error_code !== 'REAUTHENTICATION_REQUIRED') throw error;
    if (!(await askForPassword())) throw error;
    return task();
  }
}

/** @throws ApiError */
export async function reauthenticate(password: string): Promise<void> {
  await session.request('POST', '/api/auth/reauthenticate', { body: { password } });
  // The session has a new token, and with it a new CSRF token.
  await session.syncSessionState();
}

/** Repeats until the password is right or the user cancels. @returns whether it was right */
function askForPassword(): Promise<boolean> {
  let given = false;
  const submitted = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    try {
      await reauthenticate(textsOf(form).password_again ?? '');
      given = true;
      dialog.close();
    } catch (error) {
      form.reset();
      render(content(messageOf(error)), dialog);
      form.querySelector('input')?.focus();
    }
  };
  const content = (problem = ''): TemplateResult => html`
    <h2 id="password-title">Please give your password once more</h2>
    <form @submit=${submitted}>
      <div role="alert">${problem}</div>
      ${field({
        name: 'password_again',
        label: 'Password',
        type: 'password',
        autocomplete: 'current-password',
        hint: 'You signed in a while ago.',
      })}
      <div class="vf-actions">
        <button type="button" class="vf-button" @click=${() => dialog.close()}>Cancel</button>
        <button type="submit" class="vf-button" data-kind="primary">Continue</button>
      </div>
    </form>
  `;
  const dialog = openDialog('password-title', content());
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(given)));
}
