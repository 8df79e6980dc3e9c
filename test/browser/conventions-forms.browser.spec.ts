/** A form of a plain page: what was written for one account is not sent as another without a word. */
import { eventually } from '../support/eventually';
import { PLAIN, setPlainPage } from './support/plain-page';
import { standsOn, until } from './support/recorder';
import { setStage } from './support/stage';

/** A server of its own: a test freezes it. */
const stage = setStage({ env: {} });
const plain = setPlainPage(stage);
const { text, post, question, keep, move, hiddenField, switchTo, postsOf, sendings, hasFocus, add } = plain;

describe('a form with text in it', () => {
  beforeEach(async () => {
    await text().fill('Meant for Alpha');
  });

  it('asks after a switch, takes no focus, and sends nothing until it is told', async () => {
    const sent = sendings();
    await switchTo(1);
    await question().waitFor();
    expect(await hasFocus(text())).toBe(true);
    await plain.tab.getByRole('status').getByText('This was begun for Alpha, and Beta is active now.').waitFor();
    await post().click();
    expect(await hasFocus(keep())).toBe(true);
    expect(sent.count).toBe(0);
    // What it shows and counts is its own platform's still, and not the page's.
    await plain.tab.locator('#active').getByText('Beta').waitFor();
    await plain.tab.locator('#post').getByText('Posting as Alpha', { exact: true }).waitFor();
    await plain.tab.getByText('485 characters remaining').waitFor();
  });

  it('stays when it is told to, whatever is active', async () => {
    await switchTo(1);
    await keep().click();
    await question().waitFor({ state: 'detached' });
    await standsOn(plain.tab, await switchTo(2));
    expect(await question().count()).toBe(0);
    expect(await hiddenField('platform_pinned').inputValue()).toBe('true');
    await post().click();
    await plain.tab.getByText('Post created successfully!').waitFor();
    expect((await Promise.all([0, 1, 2].map(postsOf))).map(({ length }) => length)).toEqual([1, 0, 0]);
  });

  it('moves when it is told to', async () => {
    await switchTo(1);
    await move().click();
    await plain.tab.locator('#post').getByText('Posting as Beta').waitFor();
    expect(await hiddenField('platform_pinned').count()).toBe(0);
    await post().click();
    await plain.tab.getByText('Post created successfully!').waitFor();
    expect((await Promise.all([0, 1].map(postsOf))).map(({ length }) => length)).toEqual([0, 1]);
  });

  it.each(['unanswered', 'kept'])('has nothing to ask when the session comes back: %s', async (how) => {
    await switchTo(1);
    await keep().waitFor();
    if (how === 'kept') await keep().click();
    await standsOn(plain.tab, await switchTo(0));
    await question().waitFor({ state: 'detached' });
    expect(await hiddenField('platform_pinned').count()).toBe(0);
    expect(await hiddenField('platform_id').inputValue()).toBe(String(stage.person.platforms[0]!.id));
  });

  it('goes along once it is emptied', async () => {
    await switchTo(1);
    await keep().click();
    await plain.tab.evaluate("document.getElementById('post').reset()");
    await plain.tab.locator('#post').getByText('Posting as Beta').waitFor();
    expect(await hiddenField('platform_pinned').count()).toBe(0);
  });

  it('sends nothing without a network, says so, and asks when it is back on another platform', async () => {
    const sent = sendings();
    const problem = plain.tab.locator('#post').getByRole('alert').getByText('nothing was sent');
    await stage.device.context.setOffline(true);
    await switchTo(1);
    await post().click();
    await problem.waitFor();
    await stage.device.context.setOffline(false);
    await question().waitFor();
    await post().click();
    expect(await problem.count()).toBe(0);
    expect(await hasFocus(keep())).toBe(true);
    expect(sent.count).toBe(0);
    expect(await text().inputValue()).toBe('Meant for Alpha');
  });

  it('waits with what is sent until it has looked, and sends it once', async () => {
    const sent = sendings();
    stage.node.freeze();
    // As after a sleep: it may be behind, and the server takes its time to say.
    await plain.tab.evaluate("window.dispatchEvent(new Event('online'))");
    await post().click();
    await post().click();
    expect(await plain.tab.evaluate('window.sessionSync.isFresh()')).toBe(false);
    expect(sent.count).toBe(0);
    stage.node.thaw();
    await plain.tab.getByText('Post created successfully!').waitFor();
    expect(sent.count).toBe(1);
    expect(await postsOf(0)).toHaveLength(1);
  });

  it('comes back on its platform when the server refuses it', async () => {
    await switchTo(1);
    await keep().click();
    await plain.tab.evaluate(
      "document.getElementById('post').insertAdjacentHTML('beforeend', '<input name=visibility value=x>')",
    );
    await post().click();
    await plain.tab
      .locator('.vf-error, [role="alert"]')
      .getByText(/visibility/)
      .first()
      .waitFor();
    await plain.tab.locator('vf-composer:not(:has(#composer))').getByText('Posting as Alpha').waitFor();
    expect(await text().inputValue()).toContain('Meant for Alpha');
  });

  it('comes back as what it was, however late the script of its page comes', async () => {
    await switchTo(1);
    await keep().click();
    let arrive = () => {};
    const late = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    await stage.device.context.route('**/client/composer*.mjs*', async (route) => {
      await late;
      await route.continue();
    });
    await plain.tab.evaluate(
      "document.getElementById('post').insertAdjacentHTML('beforeend', '<input name=visibility value=x>')",
    );
    await post().click({ noWaitAfter: true });
    const form = plain.tab.locator('form#composer');
    await form.waitFor();
    await until(plain.tab, 'window.sessionSync?.getState()');
    await plain.tab.evaluate("document.dispatchEvent(new Event('DOMContentLoaded'))");
    expect(await form.getAttribute('data-platform-type')).toBe('mastodon');
    arrive();
    await plain.tab.locator('vf-composer textarea').and(text()).waitFor();
    await form.waitFor({ state: 'detached' });
    expect(await text().inputValue()).toContain('Meant for Alpha');
  });
});

it.each([
  ['email', 'ada@example.org'],
  ['tel', '123'],
  ['number', '7'],
  ['password', 'secret'],
])('asks as well for what was written into a field of type %s', async (type, words) => {
  await plain.tab.evaluate(`document.querySelector('#post')
    .insertAdjacentHTML('beforeend', '<label>More <input name="more" type="${type}"></label>')`);
  await plain.tab.getByLabel('More').fill(words);
  await switchTo(1);
  await question().waitFor();
});

describe('a form without text fields, which comes later and names no platform', () => {
  const later = () => plain.tab.locator('#later');
  const control = () => plain.tab.locator('#control');
  const addForm = (html: string) =>
    add(`<form id="later" method="post" action="/notes" data-platform-aware><input type="hidden" name="platform_id">
      <input type="hidden" name="note">${html}<button>Save</button></form>`);
  const platformId = () => later().locator('input[name="platform_id"]').inputValue();
  const idOf = (index: number) => String(stage.person.platforms[index]!.id);
  const EDITOR = '<div contenteditable id="control" role="textbox" aria-label="Note"></div>';
  const RATING = '<own-rating id="control" name="rating"></own-rating>';

  /** A form-associated custom element around an input of its own. */
  const defineRating = () =>
    plain.tab.evaluate(`customElements.define('own-rating', class extends HTMLElement {
      static formAssociated = true;
      constructor() {
        super();
        const internals = this.attachInternals();
        const input = document.createElement('input');
        input.oninput = () => internals.setFormValue(input.value);
        this.attachShadow({ mode: 'open', delegatesFocus: true }).append(input);
      }
    })`);

  it.each<[what: string, html: string, act: () => Promise<unknown>]>([
    ['a select', '<select id="control"><option>1<option>2</select>', () => control().selectOption('2')],
    ['a date', '<input id="control" type="date">', () => control().fill('2026-01-02')],
    ['a checkbox', '<input id="control" type="checkbox">', () => control().check()],
    ['a radio button', '<input id="control" type="radio" name="which">', () => control().check()],
    ['a range', '<input id="control" type="range">', () => control().press('ArrowRight')],
    ['a color', '<input id="control" type="color">', () => control().fill('#ff0000')],
    [
      'a file',
      '<input id="control" type="file">',
      () => control().setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('a') }),
    ],
    ['an editor', EDITOR, () => control().pressSequentially('Meant for Alpha')],
    ['a custom element', RATING, () => control().pressSequentially('5')],
  ])('belongs to the platform of the first input in %s', async (_, html, act) => {
    await defineRating();
    await addForm(html);
    await act();
    await switchTo(1);
    await later().getByRole('button', { name: 'Keep posting as Alpha' }).click();
    expect(await platformId()).toBe(idOf(0));
    expect(await hasFocus(control())).toBe(true);
  });

  it.each([
    ['a text field', '<input id="control" form="later">'],
    ['a custom element', RATING.replace('name', 'form="later" name')],
  ])('belongs to the platform of the first input in %s outside of it', async (_, html) => {
    await defineRating();
    await addForm('');
    await add(html);
    await control().pressSequentially('5');
    await switchTo(1);
    await later().getByRole('button', { name: 'Keep posting as Alpha' }).waitFor();
  });

  it('is the one that a control belongs to, where another is around the control', async () => {
    await add('<form id="around" data-platform-aware><input id="control" type="checkbox" form="later"></form>');
    await addForm('');
    await control().check();
    await switchTo(1);
    await later().getByRole('button', { name: 'Keep posting as Alpha' }).waitFor();
    expect(await plain.tab.locator('#around').getByRole('button').count()).toBe(0);
  });

  it('is asked about with what the server has returned in an editor', async () => {
    await addForm(EDITOR.replace('></div>', '>Of another page</div>'));
    await plain.tab.getByRole('group', { name: /It is not known for which platform/ }).waitFor();
  });

  it.each([
    ['it is reset', "document.getElementById('later').reset()", '<input id="control" type="checkbox">'],
    ['its editor is emptied', "document.getElementById('control').replaceChildren()", EDITOR],
  ])('follows the active platform once %s', async (_, change, html) => {
    await addForm(html);
    await (html === EDITOR ? control().pressSequentially('Meant for Alpha') : control().check());
    await switchTo(1);
    await question().waitFor();
    await plain.tab.evaluate(change);
    await standsOn(plain.tab, await switchTo(2));
    await eventually(async () => expect(await platformId()).toBe(idOf(2)));
    expect(await question().count()).toBe(0);
  });

  it('keeps what was chosen where a script prevents the reset', async () => {
    await addForm('<input id="control" type="checkbox">');
    await control().check();
    await plain.tab.evaluate(`{
      const form = document.getElementById('later');
      form.addEventListener('reset', (event) => event.preventDefault());
      form.reset();
    }`);
    await switchTo(1);
    await question().waitFor();
    expect(await platformId()).toBe(idOf(0));
  });

  it('asks about what was chosen between two sessions', async () => {
    await plain.tab.evaluate("document.body.removeAttribute('data-session-required')");
    await addForm('<input id="control" type="checkbox">');
    await stage.person.client.post('/api/auth/logout', {});
    await until(plain.tab, 'window.heard.sessionExpired');
    await control().check();
    await stage.person.client.login();
    await stage.device.useSessionOf(stage.person.client);
    await plain.tab.evaluate('sessionSync.start()');
    await plain.tab.getByRole('group', { name: /It is not known for which platform/ }).waitFor();
  });
});

describe('a form that came later', () => {
  const form = (id: number) => `
    <form id="later" method="post" action="/platform/${id}/notes" data-platform-aware>
      <label>Note <input name="note"></label><button>Save</button>
    </form>`;

  it('follows in its address, and asks in time', async () => {
    const later = plain.tab.locator('#later');
    await add(form(stage.person.platforms[0]!.id));
    await standsOn(plain.tab, await switchTo(1));
    expect(await later.getAttribute('action')).toBe(`/platform/${stage.person.platforms[1]!.id}/notes`);
    await plain.tab.getByLabel('Note').fill('For Beta');
    await switchTo(2);
    await later.getByRole('button', { name: 'Keep posting as Beta' }).click();
    expect(await later.getAttribute('action')).toBe(`/platform/${stage.person.platforms[1]!.id}/notes`);
  });

  it('is asked about when it is sent, if it is for another platform', async () => {
    await standsOn(plain.tab, await switchTo(1));
    await add(form(stage.person.platforms[0]!.id));
    await plain.tab.getByRole('button', { name: 'Save' }).click();
    await plain.tab.getByRole('button', { name: 'Keep posting as Alpha' }).waitFor();
    expect(plain.tab.url()).toBe(stage.node.url + PLAIN);
  });

  it('does not carry the token away', async () => {
    await add(`<form action="https://elsewhere.example/" method="post" data-platform-aware>
      <input name="csrf_token" value=""><button>Send</button></form>`);
    await plain.tab.getByRole('button', { name: 'Send' }).click({ noWaitAfter: true });
    expect(await plain.tab.locator('form[action*="elsewhere"] input[name="csrf_token"]').inputValue()).toBe('');
    // The policy of our pages would not have let it go either.
    await eventually(() => expect(stage.device.complaints.splice(0).join()).toContain('form-action'));
  });
});
