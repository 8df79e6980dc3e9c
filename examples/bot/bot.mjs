/** Signs in as a user, follows each platform switch, and writes a note on the new platform. */
import { io } from 'socket.io-client';

const { SERVER = 'http://localhost:3000', BOT_USERNAME, BOT_PASSWORD } = process.env;

/** @returns the cookie and the CSRF token for requests and the socket */
async function signIn() {
  const answer = await fetch(`${SERVER}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: BOT_USERNAME, password: BOT_PASSWORD }),
  });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error);
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  return { cookie, csrfToken: body.csrf_token };
}

const { cookie, csrfToken } = await signIn();

async function takeNote(platform) {
  const answer = await fetch(`${SERVER}/notes`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      cookie,
      'x-csrftoken': csrfToken,
      // Refused with 409 PLATFORM_CONTEXT_STALE if the user has switched again.
      'x-platform-id': String(platform.id),
    },
    body: JSON.stringify({ text: `Came to ${platform.name}` }),
  });
  console.log(
    answer.ok ? `Noted on ${platform.name}` : `Not noted on ${platform.name}: ${(await answer.json()).error}`,
  );
}

const socket = io(SERVER, { transports: ['websocket'], extraHeaders: { cookie }, auth: { tab_id: 'bot' } });

let revision = -1;
socket.on('session:state', (state) => {
  revision = state.revision;
  console.log(`${state.user.username} is on ${state.platform?.name ?? 'no platform'}`);
});
socket.on('platform:switched', async (switched) => {
  // After a reconnect an event may arrive twice or late.
  if (switched.revision <= revision) return;
  revision = switched.revision;
  if (switched.platform) await takeNote(switched.platform);
});
socket.on('session:ended', ({ reason }) => {
  console.log(`Signed out: ${reason}`);
  socket.close();
});
socket.on('connect_error', ({ message, data }) => {
  console.error(data?.error_code ?? message);
  if (data?.error_code) socket.close();
});
