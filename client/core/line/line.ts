import type { ErrorBody, ErrorCode } from '../../../src/protocol/errors';
import type { ServerToClientEvents } from '../../../src/protocol/events';
import type { ExtendedView, SessionState } from '../../../src/protocol/http';
import type { ExpiredReason } from '../details';
import type { ChannelPort, Environment } from '../environment';
import { LeaderWatch } from './leader-watch';
import { Leadership } from './leadership';
import { Transport, type TransportHooks } from './transport';
import type { Beat, Message, PassedOn, Word } from './words';

export interface LineHooks extends TransportHooks {
  tabId: string;
  /** The session that this tab is in. */
  sessionId(): string | undefined;
  elected(): void;
  /** The leader, another tab, has said how it stands with its socket. */
  leaderHeard(): void;
  /** Something may have been missed, or the cookie is another session's: look over HTTP. Resolves when it was tried. */
  look(): Promise<void>;
  /** The leader says that our session has ended. */
  over(reason: ExpiredReason, errorCode: ErrorCode): void;
}

const CHANNEL = 'vedfolnir';
const BEAT_MS = 500;
/** Two tabs of two sessions look at most so often who is right. */
const LOOK_AGAIN_MS = 1_000;

/**
 * The line to the server that all tabs of a browser share: the leader has a socket and passes on what it hears.
 * Who leads never decides what is true: each tab takes in by revision, and looks for itself.
 * Without locks or channel this tab has a socket of its own.
 */
export class Line {
  private readonly transport: Transport;
  private readonly leadership: Leadership | null;
  private readonly watch: LeaderWatch;
  private wanted = false;
  /** Null while stopped, and where this tab leads for itself alone. */
  private channel: ChannelPort | null = null;
  private beating: number | undefined;
  private lookedAt = Number.NEGATIVE_INFINITY;
  /** The last warning: a tab that opens while it stands hears it from here. */
  private warning: PassedOn | null = null;
  /** Whether the socket has said whose it is: by the cookie, it may be another session's than this tab's. */
  private greeted = false;

  constructor(
    private readonly env: Environment,
    private readonly hooks: LineHooks,
  ) {
    this.transport = new Transport(env, {
      auth: () => hooks.auth(),
      connected: (again) => {
        this.greeted = false;
        this.beat(true);
        hooks.connected(again);
      },
      disconnected: () => {
        this.beat();
        hooks.disconnected();
      },
      refused: (code) => hooks.refused(code),
      events: this.passingOn(),
    });
    this.leadership =
      env.locks &&
      new Leadership(env.locks, {
        elected: () => this.elected(),
        deposed: () => this.deposed(),
        refused: () => this.alone(),
      });
    this.watch = new LeaderWatch(env, {
      probe: () => this.say({ kind: 'probe' }),
      takeOver: () => this.leadership?.steal(),
    });
  }

  /** Whether this tab has the socket. */
  get leads(): boolean {
    return this.wanted && (this.channel === null || this.leadership?.leads === true);
  }

  /** Whether this tab can ask over a socket of its own. */
  get connected(): boolean {
    return this.transport.connected;
  }

  /** Whether what the server says gets here, be it by way of another tab. */
  get live(): boolean {
    return this.leads ? this.connected : this.wanted && this.watch.live;
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.channel = this.leadership && this.env.openChannel(CHANNEL);
    if (this.channel) this.join(this.channel);
    else this.alone();
  }

  stop(): void {
    this.wanted = false;
    this.leadership?.stop();
    this.leave();
    this.transport.stop();
  }

  /** The connection may be dead, or another session's: the leader makes a new one, a follower sees to the leader. */
  restart(): void {
    if (this.leads) {
      this.transport.restart();
      this.beat();
    } else {
      this.say({ kind: 'probe' });
    }
  }

  sync(revision: number | undefined): Promise<SessionState | ErrorBody> {
    return this.transport.sync(revision);
  }

  activity(): Promise<ExtendedView | ErrorBody> {
    return this.transport.activity();
  }

  /** A whole state that this tab has read: the leader's is everybody's. */
  share(state: SessionState): void {
    if (this.leads) this.say({ kind: 'event', name: 'session:state', payload: state });
  }

  /** The session of this tab has ended: the leader's word reaches those who have no socket to hear it from. */
  over(reason: ExpiredReason, errorCode: ErrorCode): void {
    if (this.leads) this.say({ kind: 'over', reason, errorCode });
    this.stop();
  }

  private join(channel: ChannelPort): void {
    channel.listen((message) => this.heard(message as Message));
    this.env.document.addEventListener('visibilitychange', this.visibilityChanged);
    this.watch.start();
    this.leadership?.queue();
    // A leader that is there says so at once.
    this.say({ kind: 'probe' });
  }

  private elected(): void {
    this.watch.stop();
    this.transport.start();
    this.beat();
    this.hooks.elected();
  }

  private deposed(): void {
    this.transport.stop();
    this.quiet();
    this.watch.start();
  }

  private alone(): void {
    this.leave();
    this.transport.start();
  }

  private leave(): void {
    this.quiet();
    this.watch.stop();
    this.env.document.removeEventListener('visibilitychange', this.visibilityChanged);
    this.channel?.close();
    this.channel = null;
  }

  private beat(opened = false): void {
    if (!this.leadership?.leads) return;
    this.quiet();
    this.beating = this.env.setTimeout(() => this.beat(), BEAT_MS);
    const visible = this.env.document.visibilityState === 'visible';
    this.say({ kind: 'beat', visible, connected: this.connected, opened });
  }

  private quiet(): void {
    if (this.beating !== undefined) this.env.clearTimeout(this.beating);
    this.beating = undefined;
  }

  private say(word: Word): void {
    this.channel?.post({ from: this.hooks.tabId, session: this.hooks.sessionId(), word } satisfies Message);
  }

  private heard({ session, word }: Message): void {
    // Who leads is the browser's affair, whoever is signed in.
    if (word.kind === 'beat') this.heardBeat(word);
    if (word.kind === 'probe') this.welcome();
    if (session !== this.hooks.sessionId()) return void this.differ(session);
    if (word.kind === 'event') this.take(word);
    if (word.kind === 'over') this.hooks.over(word.reason, word.errorCode);
  }

  private welcome(): void {
    this.beat();
    if (this.warning && this.leads) this.say(this.warning);
  }

  private heardBeat(beat: Beat): void {
    // Two for a moment: the lock decides.
    if (this.leads) return;
    this.watch.heard(beat);
    this.hooks.leaderHeard();
    if (beat.opened) void this.hooks.look();
  }

  private take({ name, payload }: PassedOn): void {
    (this.hooks.events[name] as (payload: unknown) => void)(payload);
  }

  /** A tab is in another session than we are. The cookie decides, and who is right by it says so. */
  private async differ(theirs: string | undefined): Promise<void> {
    const since = this.env.now() - this.lookedAt;
    if (since >= 0 && since < LOOK_AGAIN_MS) return;
    this.lookedAt = this.env.now();
    await this.hooks.look();
    if (this.hooks.sessionId() !== theirs) this.say({ kind: 'probe' });
  }

  /** First taken in here, so that the word goes out under the session that it is about. */
  private passingOn(): ServerToClientEvents {
    const names = Object.keys(this.hooks.events) as (keyof ServerToClientEvents)[];
    const both = (name: keyof ServerToClientEvents) => (payload: unknown) => {
      if (name === 'session:state') this.greeted = true;
      // A change names no user: it is taken only where it is known whose it is.
      else if (!this.greeted && name.startsWith('platform')) return void this.hooks.look();
      const word = { kind: 'event', name, payload } as PassedOn;
      if (name === 'session:expiring') this.warning = word;
      this.take(word);
      this.say(word);
    };
    return Object.fromEntries(names.map((name) => [name, both(name)])) as unknown as ServerToClientEvents;
  }

  private readonly visibilityChanged = () => {
    if (this.leads) this.beat();
    else this.watch.compare();
  };
}
