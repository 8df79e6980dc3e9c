/** A server and a browser for a whole suite, and for each of its tests a new user, signed in on one device. */
import type { Browser } from 'playwright-core';
import { TestClient } from '../../support/http-client';
import { type ServerNode, startNode } from '../../support/server';
import { ADMIN, sharedNodes } from '../../support/shared';
import { Device, launchChromium } from './chromium';
import { newPerson, type Person } from './people';

export interface Stage {
  readonly node: ServerNode;
  readonly browser: Browser;
  readonly person: Person;
  readonly device: Device;
  /**
   * Another device of the same user, with its own session. The caller closes it.
   * @param where another browser than that of the stage
   */
  otherDevice(where?: Browser): Promise<Device>;
  /** A device of the administrator: the first account of an installation, here the demo user. The caller closes it. */
  office(): Promise<Device>;
}

/**
 * Called once, at the top of a suite. Each test fails if a page had an error.
 * @param options.env of a server of its own; without it, the shared one
 * @param options.names of the user's platforms
 */
export function setStage({ env, names }: { env?: Record<string, string>; names?: string[] } = {}): Stage {
  let node: ServerNode;
  let browser: Browser;
  let person: Person;
  let device: Device;

  beforeAll(async () => {
    const started = env ? startNode(env) : sharedNodes('node').then(([first]) => first);
    [node, browser] = await Promise.all([started, launchChromium()]);
  });

  afterAll(async () => {
    await browser?.close();
    if (env) await node?.stop();
  });

  beforeEach(async () => {
    person = await newPerson(node.url, names);
    device = await Device.open(browser, node.url, person.client);
  });

  afterEach(async () => {
    await device.close();
    expect(device.complaints).toEqual([]);
  });

  return {
    get node() {
      return node;
    },
    get browser() {
      return browser;
    },
    get person() {
      return person;
    },
    get device() {
      return device;
    },
    async otherDevice(where = browser) {
      const client = person.client.device();
      await client.login();
      return Device.open(where, node.url, client);
    },
    async office() {
      const admin = new TestClient(node.url);
      await admin.login(ADMIN);
      return Device.open(browser, node.url, admin);
    },
  };
}
