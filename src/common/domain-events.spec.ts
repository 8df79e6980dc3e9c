import { Logger } from '@nestjs/common';
import { type DomainEvent, DomainEvents } from './domain-events';

const EVENT: DomainEvent = { name: 'post.removed', payload: { userId: 1, postId: 2, platformId: 3, at: '' } };

describe('DomainEvents', () => {
  let errors: jest.SpyInstance;
  beforeEach(() => {
    errors = jest.spyOn(Logger.prototype, 'error').mockImplementation();
  });
  afterEach(() => jest.restoreAllMocks());

  it('calls all listeners, and waits for them', async () => {
    const events = new DomainEvents();
    const heard: string[] = [];
    events.on('post.removed', async ({ postId }, source) => {
      await Promise.resolve();
      heard.push(`${postId} ${source}`);
    });
    events.onAny(({ name }) => heard.push(name));
    const undo = events.on('post.removed', () => heard.push('undone'));
    undo();
    await events.publish(EVENT, 'remote');
    expect(heard).toEqual(['post.removed', '2 remote']);
  });

  it('isolates publisher and other listeners from failing ones', async () => {
    const events = new DomainEvents();
    const heard: string[] = [];
    events.on('post.removed', () => {
      throw new Error('at once');
    });
    events.on('post.removed', () => Promise.reject(new Error('later')));
    events.on('post.removed', () => heard.push('named'));
    events.onAny(() => {
      throw new Error('of any');
    });
    events.onAny(() => heard.push('any'));
    await expect(events.publish(EVENT)).resolves.toBeUndefined();
    expect(heard).toEqual(['named', 'any']);
    expect(errors.mock.calls.map(([message]) => String(message).split('\n')[0])).toEqual([
      expect.stringContaining('at once'),
      expect.stringContaining('of any'),
      expect.stringContaining('later'),
    ]);
  });
});
