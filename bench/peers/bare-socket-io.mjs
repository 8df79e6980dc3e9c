/** Socket.IO over Redis with a handler that does one UPDATE, one SELECT and one emit, without session or checks. */
import { createServer } from 'node:http';
import { createAdapter } from '@socket.io/redis-adapter';
import { createPool } from 'mysql2/promise';
import { createClient } from 'redis';
import { Server } from 'socket.io';

const publisher = await createClient({ url: process.env.REDIS_URL }).connect();
const subscriber = await publisher.duplicate().connect();
const database = createPool({ uri: process.env.DATABASE_URL, connectionLimit: 10 });

let revision = 0;

const server = createServer(async (request, response) => {
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
