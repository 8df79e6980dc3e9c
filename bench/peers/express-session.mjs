/** Express with express-session over Redis; the state is stored in the session, as in most such servers. */
import { RedisStore } from 'connect-redis';
import express from 'express';
import session from 'express-session';
import { createClient } from 'redis';

const state = JSON.parse(process.env.STATE);
const client = await createClient({ url: process.env.REDIS_URL }).connect();
const app = express();
app.disable('x-powered-by');
app.use(
  session({
    store: new RedisStore({ client }),
    secret: 'only for the benchmark',
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', maxAge: 43_200_000 },
  }),
);
app.post('/login', (request, response) => {
  request.session.state = state;
  response.sendStatus(204);
});
app.get('/api/session', (request, response) => {
  if (request.session.state) response.json(request.session.state);
  else response.sendStatus(401);
});

const server = app.listen(0, '127.0.0.1', async () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  const cookies = [];
  for (let left = Number(process.env.SESSIONS); left > 0; left--) {
    const answer = await fetch(`${url}/login`, { method: 'POST' });
    cookies.push(answer.headers.getSetCookie()[0].split(';')[0]);
  }
  console.log(JSON.stringify({ url: `${url}/api/session`, cookies }));
});
