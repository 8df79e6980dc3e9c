/**
 * Socket.IO over Redis with a handler that does one UPDATE, one SELECT and one emit, without session or checks. Also
 * serves a page that shows the name of the first user's platform, with Socket.IO's own client.
 */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { createPool } from 'mysql2/promise';
import { createClient } from 'redis';
import { Server } from 'socket.io';

const publisher = await createClient({ url: process.env.REDIS_URL }).connect();
const subscriber = await publisher.duplicate().connect();
const database = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 10 });

const CLIENT = readFileSync(new URL('../node_modules/socket.io-client/dist/socket.io.min.js', import.meta.url));
const PAGE = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <title>Bare page</title>
  <script src="/socket.io.min.js"></script>
</head>
<body>
  <span id="status">connecting</span>
  <button id="name" popovertarget="menu">My platform</button>
  <div id="menu" popover>Platforms</div>
  <script>
    const socket = io({ transports: ['websocket'], auth: { user: 1 } });
    socket.on('connect', () => { document.getElementById('status').dataset.status = 'live'; });
    socket.on('platform:switched', ({ platform }) => {
      document.getElementById('name').textContent = platform.name;
    });
  </script>
</body>
</html>`;
const FILES = { '/': ['text/html', PAGE], '/socket.io.min.js': ['text/javascript', CLIENT] };

let revision = 0;

const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    const [type, bytes] = FILES[request.url] ?? ['text/plain', ''];
    response.writeHead(bytes ? 200 : 404, { 'content-type': type }).end(bytes);
    return;
  }
  const [, , user, platform] = request.url.split('/').map(Number);
  await database.query('UPDATE sessions SET platform_id = ? WHERE user_id = ?', [platform, user]);
  const [[row]] = await database.query('SELECT * FROM platforms WHERE id = ? AND user_id = ?', [platform, user]);
  io.to(`user:${user}`).emit('platform:switched', {
    revision: ++revision,
    session_id: null,
    platform: row,
    previous_platform_id: null,
    origin: { session_id: null, tab_id: request.headers['x-tab-id'] },
    server_time: new Date().toISOString(),
  });
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ success: true, platform: row, revision }));
});
const io = new Server(server, {
  transports: ['websocket'],
  serveClient: false,
  // As in our server, because pings are most of the cost of an idle socket.
  pingInterval: 6000,
  pingTimeout: 4000,
});
// Redis channels are shared by all numbered databases.
io.adapter(createAdapter(publisher, subscriber, { key: 'bare' }));
io.on('connection', (socket) => socket.join(`user:${socket.handshake.auth.user}`));
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
