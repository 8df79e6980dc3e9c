/** better-auth with MariaDB, and Redis as secondary storage for sessions. */
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { createPool } from 'mysql2/promise';
import { createClient } from 'redis';

const redis = await createClient({ url: process.env.REDIS_URL }).connect();
const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const baseURL = `http://127.0.0.1:${server.address().port}`;

const options = {
  baseURL,
  secret: 'only for the benchmark, and long enough for that',
  database: createPool({ uri: process.env.DATABASE_URL, timezone: 'Z' }),
  secondaryStorage: {
    get: (key) => redis.get(key),
    set: (key, value, ttl) => redis.set(key, value, ttl ? { EX: ttl } : undefined),
    delete: (key) => redis.del(key),
  },
  // Creating sessions is not measured, so passwords are not hashed.
  emailAndPassword: { enabled: true, password: { hash: async (text) => text, verify: async () => true } },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { level: 'error' },
};
const { runMigrations } = await getMigrations(options);
await runMigrations();
const auth = betterAuth(options);

const cookies = [];
for (let index = 0; index < Number(process.env.SESSIONS); index++) {
  const body = { name: `Person ${index}`, email: `person${index}@example.org`, password: 'correct horse' };
  const { headers } = await auth.api.signUpEmail({ body, returnHeaders: true });
  cookies.push(headers.getSetCookie()[0].split(';')[0]);
}
server.on('request', toNodeHandler(auth));
console.log(JSON.stringify({ url: `${baseURL}/api/auth/get-session`, cookies }));
