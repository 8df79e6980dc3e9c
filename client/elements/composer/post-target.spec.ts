import { type Platform, PostTarget } from './post-target';

const platform = (id: number, name: string): Platform => ({ id, name, type: 'mastodon' });
const ALPHA = platform(1, 'Alpha');
const BETA = platform(2, 'Beta');
const GAMMA = platform(3, 'Gamma');

function onAlpha(): PostTarget {
  const target = new PostTarget();
  target.follow(ALPHA, false);
  return target;
}

describe('the target of a post', () => {
  it('follows the active platform while nothing is written', () => {
    const target = onAlpha();
    expect(target.follow(BETA, false)).toBe(true);
    expect(target).toMatchObject({ platform: BETA, needsDecision: false });
    expect(target.headers).toEqual({ 'x-platform-id': '2' });
    expect(target.follow(null, false)).toBe(true);
    expect(target.headers).toEqual({});
  });

  it('begins with the first active platform', () => {
    const target = new PostTarget();
    expect(target.follow(null, false)).toBe(false);
    expect(target.follow(ALPHA, true)).toBe(true);
    expect(target.needsDecision).toBe(false);
  });

  it('stays once something is written, and asks', () => {
    const target = onAlpha();
    expect(target.follow(BETA, true)).toBe(false);
    expect(target).toMatchObject({ platform: ALPHA, movedTo: BETA, needsDecision: true });
    target.follow(GAMMA, true);
    expect(target.movedTo).toBe(GAMMA);
    target.follow(null, true);
    expect(target).toMatchObject({ movedTo: null, needsDecision: true });
  });

  it('asks nothing when the session switches back, and updates the platform', () => {
    const target = onAlpha();
    target.follow(BETA, true);
    const renamed = platform(1, 'Alpha Centauri');
    expect(target.follow(renamed, true)).toBe(false);
    expect(target).toMatchObject({ platform: renamed, needsDecision: false });
    expect(target.headers).toEqual({ 'x-platform-id': '1' });
  });

  it('is pinned by "keep", whatever happens, until the session switches back', () => {
    const target = onAlpha();
    target.follow(BETA, true);
    target.keep();
    expect(target.headers).toEqual({ 'x-platform-id': '1', 'x-platform-pinned': 'true' });
    target.follow(GAMMA, true);
    expect(target).toMatchObject({ platform: ALPHA, needsDecision: false });
    target.follow(ALPHA, true);
    expect(target.headers).toEqual({ 'x-platform-id': '1' });
    target.follow(BETA, true);
    expect(target.needsDecision).toBe(true);
  });

  it('changes by "move"', () => {
    const target = onAlpha();
    target.follow(BETA, true);
    target.move();
    expect(target).toMatchObject({ platform: BETA, needsDecision: false });
    expect(target.headers).toEqual({ 'x-platform-id': '2' });
  });

  it('asks again when the server has refused it, even if it is pinned', () => {
    const target = onAlpha();
    target.follow(BETA, true);
    target.keep();
    target.refused(GAMMA);
    expect(target).toMatchObject({ platform: ALPHA, movedTo: GAMMA, needsDecision: true });
    target.follow(BETA, true);
    expect(target.movedTo).toBe(BETA);
  });
});
