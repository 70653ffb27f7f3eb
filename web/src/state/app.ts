// The client's model: which phase it is in, and the account that is signed in. `createApp()` is where everything begins.
//
//   an account is remembered here → its store is drawn at once, the connection follows
//   none → the server is asked whether it has an account yet: first start or login

import type { KithError } from '../api/error';
import { signal, type Signal, type WritableSignal } from '../base/signal';
import { chooseLanguage, setLanguage } from '../i18n';
import { Account } from './account';
import { Administration } from './administration';
import { browserEnvironment } from './browser_environment';
import { AccountDatabase, type Snapshot } from './database';
import type { Environment } from './environment';
import { defaultServer, serverOf } from './from_wire';
import { storedSignal } from './local_facts';
import { Notices } from './notices';
import { Session } from './session';
import { Settings } from './settings';
import { watchForUpdates } from './update';
import type { AdministrationModel, AppModel, AppPhase, CallsModel, ComposerModel, ConnectionModel, ConnectionStatus, MembersModel, PeopleModel, Person, RoomBrowserModel, RoomId, RoomsModel, SearchModel, ServerInfo, SessionModel, SwitcherModel, TimelineModel, UserId } from './types';

const accountKey = 'kith.account';

export class App implements AppModel {
  readonly settings: Settings;
  readonly notices = new Notices();
  readonly session: SessionModel;
  readonly administration: AdministrationModel;
  readonly connection: ConnectionModel;
  readonly #environment: Environment;
  readonly #phase = signal<AppPhase>({ kind: 'starting' });
  readonly #server: WritableSignal<ServerInfo>;
  readonly #me = signal<Person | undefined>(undefined);
  readonly #presencePrivacy = signal<'everybody' | 'nobody'>('everybody');
  readonly #status = signal<ConnectionStatus>({ kind: 'signed-out' });
  readonly #waiting = signal(0);
  readonly #caughtUp = signal(false);
  #account: Account | undefined;

  constructor(environment: Environment, updateReady: Signal<boolean>) {
    this.#environment = environment;
    this.settings = new Settings(environment.keys);
    this.#server = storedSignal(environment.keys, 'kith.server', readServer);
    this.administration = new Administration(environment.api, this.#server, this.#me);
    this.connection = { status: this.#status, waiting: this.#waiting, caughtUp: this.#caughtUp, updateReady, retry: () => this.#account?.connection.handleWake() };
    this.session = new Session({
      api: environment.api,
      deviceName: environment.deviceName,
      me: this.#me,
      presencePrivacy: this.#presencePrivacy,
      handleAway: (away) => this.#account?.setAway(away),
      handleSignedIn: (userId) => this.#handleSignedIn(userId),
      handleLogout: () => this.#handleLogout(),
      handleMe: (user, privacy) => {
        this.#account?.replica.putUsers([user]);
        if (privacy) this.#account?.replica.presencePrivacy.set(privacy);
      },
    });
    this.settings.value('language').subscribe((choice) => void setLanguage(chooseLanguage(choice, environment.languages)).catch(() => undefined));
  }

  get phase(): Signal<AppPhase> {
    return this.#phase;
  }

  get server(): Signal<ServerInfo> {
    return this.#server;
  }

  get rooms(): RoomsModel {
    return this.#signedIn.rooms;
  }

  get people(): PeopleModel {
    return this.#signedIn.people;
  }

  get browser(): RoomBrowserModel {
    return this.#signedIn.browser;
  }

  get search(): SearchModel {
    return this.#signedIn.search;
  }

  get switcher(): SwitcherModel {
    return this.#signedIn.switcher;
  }

  get calls(): CallsModel {
    return this.#signedIn.calls;
  }

  timeline(roomId: RoomId): TimelineModel {
    return this.#signedIn.timeline(roomId);
  }

  composer(roomId: RoomId): ComposerModel {
    return this.#signedIn.composer(roomId);
  }

  members(roomId: RoomId): MembersModel {
    return this.#signedIn.members(roomId);
  }

  retryStart(): void {
    if (this.#phase.get().kind === 'unreachable') void this.start();
  }

  /** Finds out where we are and draws it. Called once. */
  async start(): Promise<void> {
    this.#phase.set({ kind: 'starting' });
    const userId = this.#environment.keys.get(accountKey);
    if (userId !== undefined) {
      await this.#open(userId);
      // The server's name and limits may have changed; nothing waits for it.
      void this.#askServer().catch(() => undefined);
      return;
    }
    // Without a remembered account nobody is signed in here: the cookie and this memory come and go together.
    try {
      this.#phase.set((await this.#askServer()) ? { kind: 'first-start' } : { kind: 'signed-out', ended: false });
    } catch (thrown) {
      this.#phase.set({ kind: 'unreachable', error: thrown as KithError });
    }
  }

  get #signedIn(): Account {
    if (!this.#account) throw new Error('rooms and people are there only in phase signed-in');
    return this.#account;
  }

  /** True if the server has no account yet. */
  async #askServer(): Promise<boolean> {
    const answer = await this.#environment.api.auth.getServer({});
    this.#server.set(serverOf(answer));
    return answer.needsFirstAccount;
  }

  async #open(userId: UserId): Promise<void> {
    const { database, snapshot } = await openDatabase(userId);
    const account = new Account(
      {
        environment: this.#environment,
        server: this.#server,
        settings: this.settings,
        notices: this.notices,
        handleSignedOut: () => void this.#handleSessionGone(),
      },
      userId,
      database,
      snapshot,
    );
    this.#account = account;
    account.people.person(userId).subscribe((person) => this.#me.set(person));
    account.replica.presencePrivacy.subscribe((privacy) => this.#presencePrivacy.set(privacy));
    account.connection.status.subscribe((status) => this.#status.set(status));
    account.outbox.waiting.subscribe((waiting) => this.#waiting.set(waiting));
    account.caughtUp.subscribe((caughtUp) => this.#caughtUp.set(caughtUp));
    this.#phase.set({ kind: 'signed-in' });
  }

  async #handleSignedIn(userId: UserId): Promise<void> {
    this.#environment.keys.set(accountKey, userId);
    if (this.#account) {
      // The models of the former session are in the hands of the views: start anew, as when the page is opened.
      this.#environment.reload();
      return;
    }
    await this.#open(userId);
    void this.#askServer().catch(() => undefined);
  }

  async #handleLogout(): Promise<void> {
    this.#environment.keys.remove(accountKey);
    await this.#account?.erase().catch(() => undefined);
    this.#environment.reload();
  }

  // The store stays: whoever signs in again finds drafts and unsent messages.
  async #handleSessionGone(): Promise<void> {
    this.#account?.stop();
    const isEmptyServer = await this.#askServer().catch(() => false);
    this.#phase.set(isEmptyServer ? { kind: 'first-start' } : { kind: 'signed-out', ended: true });
  }
}

// Private windows and broken disks may refuse a database: the client then works without, and says so when it cannot keep a message.
async function openDatabase(userId: UserId): Promise<{ database: AccountDatabase; snapshot: Snapshot }> {
  const database = new AccountDatabase(userId);
  const snapshot = await database.load().catch((): Snapshot => ({ token: '', rooms: [], users: [], settings: [], outbox: [] }));
  return { database, snapshot };
}

function readServer(stored: unknown): ServerInfo {
  if (typeof stored !== 'object' || stored === null || !('limits' in stored)) return defaultServer;
  const server = stored as ServerInfo;
  return { ...defaultServer, ...server, limits: { ...defaultServer.limits, ...server.limits } };
}

/** The model for this page, in the browser it runs in. */
export function createApp(): AppModel {
  const app = new App(browserEnvironment(), watchForUpdates());
  void app.start();
  return app;
}
