/** People who switch at a steady rate, whether or not they were answered, and their tabs. */
import type { PlatformView, RestSessionState } from '../../../src/protocol/http';
import { connectPlatforms } from '../../integration/support/scenario';
import { eventually } from '../../support/eventually';
import { TestClient } from '../../support/http-client';
import { openTab, type Tab } from '../../support/socket-client';

interface Person {
  client: TestClient;
  platforms: PlatformView[];
  tabs: Tab[];
  /** The newest that was acknowledged. */
  revision: number;
}

const newest = (tab: Tab) =>
  Math.max(...[...tab.of('session:state'), ...tab.of('platform:switched')].map((event) => event.revision));

export class SteadyLoad {
  /** How many switches were answered with what. */
  readonly answers: Record<string, number> = {};
  /** How long each took; ms. */
  readonly times: number[] = [];
  private readonly people: Person[] = [];
  private readonly open = new Set<Promise<void>>();
  private turn = 0;
  private timer: NodeJS.Timeout | undefined;

  static async at(url: string, people: number, tabsEach: number): Promise<SteadyLoad> {
    const load = new SteadyLoad();
    for (let index = 0; index < people; index++) {
      const client = new TestClient(url);
      await client.register();
      const platforms = await connectPlatforms(client);
      const tabs: Tab[] = [];
      for (let tab = 0; tab < tabsEach; tab++) tabs.push(await openTab(client, { reconnection: true }));
      load.people.push({ client, platforms, tabs, revision: 0 });
    }
    return load;
  }

  start(perSecond: number): void {
    const begun = performance.now();
    // A timer that comes late makes up for it.
    this.timer = setInterval(() => {
      while (this.turn < ((performance.now() - begun) / 1000) * perSecond) this.next();
    }, 1000 / perSecond);
  }

  /** Resolves when all are answered. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all(this.open);
  }

  private next(): void {
    const person = this.people[this.turn % this.people.length]!;
    const { id } = person.platforms[this.turn % person.platforms.length]!;
    this.turn++;
    const one = this.switch(person, id).finally(() => this.open.delete(one));
    this.open.add(one);
  }

  private async switch(person: Person, id: number): Promise<void> {
    const since = performance.now();
    const outcome = await person.client.post<{ revision: number }>(`/api/switch_platform/${id}`).then(
      ({ status, body }) => {
        if (status === 200) person.revision = Math.max(person.revision, body.revision);
        return status;
      },
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );
    this.times.push(performance.now() - since);
    this.answers[outcome] = (this.answers[outcome] ?? 0) + 1;
  }

  /** @throws unless everybody is signed in, what was acknowledged stands, and every tab comes to show it */
  async isWhole(timeout: number): Promise<void> {
    for (const { client, tabs, revision } of this.people) {
      const { body } = await client.get<RestSessionState>('/api/session');
      expect(body).toMatchObject({ authenticated: true, revision });
      await eventually(
        () => expect(tabs.filter((tab) => tab.connected && newest(tab) === revision)).toHaveLength(tabs.length),
        { timeout },
      );
    }
  }

  async isConnected(timeout: number): Promise<void> {
    const tabs = this.people.flatMap((person) => person.tabs);
    const there = () => tabs.filter((tab) => tab.connected).length;
    await eventually(() => expect(there()).toBe(tabs.length), { timeout });
  }

  /** What to print. */
  summary(): string {
    const times = this.times.toSorted((a, b) => a - b);
    const at = (part: number) => Math.round(times[Math.floor((times.length - 1) * part)]!);
    return `${JSON.stringify(this.answers)}, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`;
  }

  end(): void {
    for (const { tabs } of this.people) for (const tab of tabs) tab.close();
  }
}
