/** Users of the running product and of the model: each action is applied to both, and both are compared. */
import { randomUUID } from 'node:crypto';
import type { PostsView, RestSessionState, UserPlatformsView } from '../../../src/protocol/http';
import type { App } from '../../integration/support/app';
import { type Answer, type Json, type RequestOptions, TestClient } from '../../support/http-client';
import { sharedInstanceUrl } from '../../support/shared-instances';
import { openTab, type Tab } from '../../support/socket-client';
import { ModelPerson, type ModelPlatform, type ModelSession } from './model';

export interface Device extends ModelSession {
  client: TestClient;
  cookie: string;
  csrfToken: string | undefined;
  tabs: Tab[];
}

const BACKGROUND = { headers: { 'x-background': 'true' } };

export class Person extends ModelPerson<Device> {
  /** Reads of its tabs after an event: the event must have been committed by then. */
  private readonly confirmations: Promise<void>[] = [];

  private constructor(
    readonly app: App,
    readonly name: string,
    private readonly first: TestClient,
  ) {
    super();
  }

  static async register(app: App): Promise<Person> {
    const client = new TestClient(app.url);
    const { body } = await client.register();
    const person = new Person(app, body.user.username, client);
    person.revision = body.revision;
    person.note(client, body);
    return person;
  }

  now(): number {
    return this.app.clock.now().getTime();
  }

  async signIn(): Promise<void> {
    const client = this.first.device();
    const { status, body } = await client.login();
    expect(status).toBe(200);
    this.note(client, body);
  }

  private note(client: TestClient, { session }: RestSessionState): void {
    const now = this.now();
    const { cookie, csrfToken } = client;
    const times = { createdAt: now, activeAt: now, authenticatedAt: now };
    const state = { id: session.id, platform: this.start, pinned: false, ended: null, tabs: [] };
    this.sessions.push({ ...state, ...times, client, cookie, csrfToken });
  }

  async openTab(device: Device): Promise<void> {
    const tab = await openTab({ url: this.app.url, cookie: device.cookie, userAgent: device.client.userAgent });
    device.tabs.push(tab);
    await tab.waitFor('session:state');
    const confirm = ({ revision }: { revision: number }) => {
      const asked = tab.sync().then(
        (state) => expect(state.revision).toBeGreaterThanOrEqual(revision),
        // The session may have ended since.
        () => undefined,
      );
      this.confirmations.push(asked);
    };
    tab.socket.on('platform:switched', confirm);
    tab.socket.on('platforms:changed', confirm);
  }

  /** Sends a request with the cookie of the device, even if the cookie is no longer valid. */
  ask<T = Json>(device: Device, method: string, path: string, options?: RequestOptions): Promise<Answer<T>> {
    Object.assign(device.client, { cookie: device.cookie, csrfToken: device.csrfToken });
    return device.client.request<T>(method, path, options);
  }

  /** Like `ask`, and counts as user activity. Expects the status, or for a session that is over the right refusal. */
  async act(device: Device, expected: number, method: string, path: string, options?: RequestOptions) {
    if (device.ended === null) this.touch(device, this.now());
    const answer = await this.ask(device, method, path, options);
    const what = `${method} ${path}`;
    if (device.ended !== null) expect([what, answer.body.error_code]).toEqual([what, device.ended]);
    else expect([what, answer.status, answer.text]).toEqual([what, expected, answer.text]);
    return answer;
  }

  /** Compares the state of each session with the model. */
  async check(): Promise<void> {
    for (const device of this.sessions) {
      const { status, body } = await this.ask<RestSessionState & { error_code?: string }>(
        device,
        'GET',
        '/api/session',
        BACKGROUND,
      );
      if (device.ended) expect([status, body.error_code]).toEqual([401, device.ended]);
      else {
        expect([status, body.platform?.id, body.platform?.name, body.session?.pinned, body.revision]).toEqual([
          200,
          device.platform?.id,
          device.platform?.name,
          device.pinned,
          this.revision,
        ]);
      }
    }
  }

  /** Compares everything that the user has, and all events of their tabs, with the model. */
  async checkAll(): Promise<void> {
    await this.check();
    for (const device of this.sessions) {
      for (const tab of device.tabs) await this.checkTab(device, tab);
    }
    await Promise.all(this.confirmations);
    const [device] = this.live;
    if (!device) return;
    const { platforms } = (await this.ask<UserPlatformsView>(device, 'GET', '/api/user_platforms', BACKGROUND)).body;
    expect(platforms.map(({ id, name, is_default }) => [id, name, is_default])).toEqual(
      this.platforms.map((each) => [each.id, each.name, each === this.default]),
    );
    for (const platform of this.platforms) {
      const headers = { ...BACKGROUND.headers, 'x-platform-id': String(platform.id), 'x-platform-pinned': 'true' };
      const { posts } = (await this.ask<PostsView>(device, 'GET', '/api/posts?limit=200', { headers })).body;
      expect(posts.map(({ content }) => content).sort()).toEqual([...platform.posts].sort());
    }
  }

  private async checkTab(device: Device, tab: Tab): Promise<void> {
    const revisions = tab.events.flatMap(({ payload }) => ('revision' in payload ? [payload.revision] : []));
    expect(revisions).toEqual([...revisions].sort((a, b) => a - b));
    expect(Math.max(0, ...revisions)).toBeLessThanOrEqual(this.revision);
    if (device.ended === 'SESSION_REVOKED') {
      await tab.closed;
      expect(tab.of('session:ended').map(({ session_id }) => session_id)).toEqual([device.id]);
    } else if (device.ended === null) {
      const { revision, platform, session } = await tab.sync();
      expect([revision, platform?.id, session.pinned]).toEqual([this.revision, device.platform?.id, device.pinned]);
    }
  }
}

export const newPlatform = (id: number, name: string): ModelPlatform => ({ id, name, posts: [] });

export const connectionForm = () => ({
  name: 'New',
  platform_type: 'mastodon',
  instance_url: sharedInstanceUrl(),
  access_token: randomUUID(),
});
