import { FakeEnvironment, type FakeSocket } from '../testing/fake-environment';
import { Transport } from './transport';

const STATE = 'session:state';

function opened() {
  const env = new FakeEnvironment();
  const told: string[] = [];
  const events = { [STATE]: () => told.push('state') };
  const transport = new Transport(env, {
    auth: () => ({ tab_id: 'tab-1' }),
    connected: (again) => told.push(again ? 'connected again' : 'connected'),
    disconnected: () => told.push('disconnected'),
    refused: (code) => told.push(code),
    events: events as never,
  });
  transport.start();
  return { env, transport, told, socket: env.socket };
}

/** Milliseconds from the loss of the socket to the next attempt. */
async function delayAfter(env: FakeEnvironment, socket: FakeSocket): Promise<number> {
  const { connects } = socket;
  const since = env.time;
  while (socket.connects === connects) await env.pass(50);
  return env.time - since;
}

describe('the socket of a tab', () => {
  it('reconnects later with each failure, up to 6 s, and starts over after a stable connection', async () => {
    const { env, socket } = opened();
    env.chance = 0.99;
    const delays: number[] = [];
    for (let failure = 0; failure < 7; failure++) {
      socket.refuse();
      delays.push(await delayAfter(env, socket));
    }
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 5_950, 5_950, 5_950]);
    socket.accept();
    await env.pass(6_000);
    socket.lose();
    expect(await delayAfter(env, socket)).toBe(500);
  });

  it('waits a random part of that, so that tabs do not reconnect all at once', async () => {
    const { env, socket } = opened();
    env.chance = 0.1;
    socket.refuse();
    expect(await delayAfter(env, socket)).toBe(50);
  });

  it('reports whether it was connected before, and why it was refused if the session is over', async () => {
    const { env, socket, told } = opened();
    socket.accept();
    socket.lose();
    await env.pass(500);
    socket.accept();
    socket.lose();
    socket.refuse({ error_code: 'RATE_LIMITED' });
    socket.refuse({ error_code: 'SESSION_REVOKED' });
    expect(told).toEqual(['connected', 'disconnected', 'connected again', 'disconnected', 'SESSION_REVOKED']);
  });

  it('is silent once it is stopped: it does not reconnect, and ignores late events', async () => {
    const { env, socket, told, transport } = opened();
    socket.accept();
    socket.lose();
    transport.stop();
    socket.emit(STATE, {} as never);
    const { connects } = socket;
    await env.pass(60_000);
    expect(socket.connects).toBe(connects);
    expect(told).toEqual(['connected', 'disconnected']);
    expect(env.pendingTimers).toBe(0);
  });

  it.each([
    ['refused', (socket: FakeSocket) => socket.refuse({ error_code: 'SESSION_REVOKED' })],
    ['lost', (socket: FakeSocket) => socket.lose()],
  ])('does not reconnect when it is %s after the stop', async (_how, end) => {
    const { env, socket, told, transport } = opened();
    socket.accept();
    transport.stop();
    end(socket);
    await env.pass(60_000);
    expect(socket.connects).toBe(1);
    expect(told).toEqual(['connected']);
    expect(env.pendingTimers).toBe(0);
  });

  it('does not reconnect by an older timer once it was stopped and started again', async () => {
    const { env, socket, transport } = opened();
    socket.refuse();
    transport.stop();
    transport.start();
    expect(socket.connects).toBe(2);
    await env.pass(60_000);
    expect(socket.connects).toBe(2);
  });

  it('is opened once, however often it is started or lost', async () => {
    const { env, socket, transport } = opened();
    transport.start();
    expect(socket.connects).toBe(1);
    socket.refuse();
    socket.lose();
    await env.pass(60_000);
    expect(socket.connects).toBe(2);
  });

  it('does not wait when it is restarted', () => {
    const { socket, transport } = opened();
    socket.accept();
    transport.restart();
    expect(socket.connects).toBe(2);
    expect(socket.connected).toBe(false);
  });
});
