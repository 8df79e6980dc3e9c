/** A post has the content that was shown when Post was pressed, and is sent only as the user who wrote it. */
import type { DraftEditor } from './draft-editor';
import type { PostTarget } from './post-target';
import { sendPost } from './send-post';

const session = {
  user: 1,
  getState: () => ({ user: { id: session.user } }),
  ensureFresh: jest.fn(async () => {}),
  request: jest.fn(async () => ({ id: 1 })),
};
jest.mock('../session', () => ({
  get session() {
    return session;
  },
}));

const target = { needsDecision: false, headers: { 'x-platform-id': '1' } } as unknown as PostTarget;
let editor: { text: object; media: { ready: jest.Mock; reupload: jest.Mock }; autosave: { key: string } };

beforeEach(() => {
  jest.clearAllMocks();
  session.user = 1;
  editor = {
    text: { content: 'Words' },
    media: { ready: jest.fn(async () => [7]), reupload: jest.fn() },
    autosave: { key: 'a' },
  };
});

const send = () => sendPost(target, editor as unknown as DraftEditor, () => {});

it('sends the words, the files and the key of the draft', async () => {
  expect(await send()).toEqual({ id: 1 });
  const body = { content: 'Words', media_ids: [7] };
  expect(session.request).toHaveBeenCalledWith('POST', '/api/posts', {
    body,
    headers: { 'x-platform-id': '1', 'idempotency-key': 'a' },
  });
});

it('sends nothing where another draft is shown by the time that the files are uploaded', async () => {
  editor.media.ready.mockImplementation(async () => {
    editor.autosave.key = 'b';
    return [];
  });
  expect(await send()).toBeNull();
  expect(session.request).not.toHaveBeenCalled();
});

it('sends nothing where it turns out that somebody else is signed in', async () => {
  session.ensureFresh.mockImplementation(async () => {
    session.user = 2;
  });
  expect(await send()).toBeNull();
  expect(session.request).not.toHaveBeenCalled();
});
