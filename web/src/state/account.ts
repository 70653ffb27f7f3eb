// One signed-in account: the replica of the server, its local store, the connection, and the models the views see. This file
// only connects them; each does its work in its own.

import { create } from '@bufbuild/protobuf';
import { SyncRequestSchema } from '../api/gen/kith/v1/sync_pb';
import type { KithError } from '../api/error';
import { derived, signal, type Signal } from '../base/signal';
import { RealtimeConnection } from '../connection/realtime_connection';
import { deleteMessage, sendEntry, sendReadMark, tellPresence, tellTyping } from './account_calls';
import { Activity } from './activity';
import type { CallsModel } from './call_types';
import { callPreferences } from './call_preferences';
import { Calls } from './calls';
import { callsModel } from './calls_model';
import { Composer } from './composer';
import { CurrentCall } from './current_call';
import type { AccountDatabase, Snapshot, StoredEvent } from './database';
import { Drafts } from './drafts';
import type { Environment } from './environment';
import { HeldSettings } from './held_settings';
import { storedSignal } from './local_facts';
import { Members } from './members';
import type { Notices } from './notices';
import { Outbox } from './outbox';
import { OwnSettings } from './own_settings';
import { People } from './people';
import { permissionsOf } from './permissions';
import { previewOf } from './preview';
import { ReadMarks } from './read_marks';
import { ReadPositions } from './read_positions';
import { Replica, type ReplicaListeners } from './replica';
import { RoomBrowser } from './room_browser';
import { RoomViews } from './room_views';
import { Rooms } from './rooms';
import { Search } from './search';
import type { Settings } from './settings';
import { StoreWriter } from './store_writer';
import { Switcher } from './switcher';
import { Tabs, type TabMessage } from './tabs';
import { Timeline } from './timeline';
import { timelinePages } from './timeline_pages';
import { TypingMine, TypingOthers } from './typing';
import type { ReplyView, RoomId, ServerInfo, UserId } from './types';

/** Timelines kept ready for coming back to; each has up to 600 messages. */
const keptTimelines = 12;
/** How long the connection waits to learn whether this tab is the one that writes. */
const lockWaitMs = 50;
const gatherRoomsMs = 500;
const tidyAfterMs = 30_000;

/** What an account needs from above. */
export interface AccountPorts {
  readonly environment: Environment;
  readonly server: Signal<ServerInfo>;
  readonly settings: Settings;
  readonly notices: Notices;
  /** The session is gone, by the server's word or by a logout in another tab. */
  readonly handleSignedOut: () => void;
}

export class Account {
  readonly userId: UserId;
  readonly connection: RealtimeConnection;
  readonly replica: Replica;
  readonly outbox: Outbox;
  readonly people: People;
  readonly rooms: Rooms;
  readonly browser: RoomBrowser;
  readonly search: Search;
  readonly switcher: Switcher;
  readonly calls: CallsModel;
  readonly caughtUp: Signal<boolean>;
  readonly #ports: AccountPorts;
  readonly #database: AccountDatabase;
  readonly #writer: StoreWriter;
  readonly #tabs: Tabs;
  readonly #own: OwnSettings;
  readonly #held: HeldSettings;
  readonly #drafts: Drafts;
  readonly #readMarks: ReadMarks;
  readonly #calls: Calls;
  readonly #currentCall: CurrentCall;
  readonly #readPositions = new ReadPositions();
  readonly #typing: TypingOthers;
  readonly #activity: Activity;
  readonly #views: RoomViews;
  readonly #everCaughtUp = signal(false);
  readonly #alike = signal(false);
  readonly #timelines = new Map<RoomId, Timeline>();
  readonly #composers = new Map<RoomId, Composer>();
  readonly #members = new Map<RoomId, Members>();
  readonly #wantedRooms = new Set<RoomId>();
  #isLive = false;
  #isStopped = false;
  #hasStarted = false;

  constructor(ports: AccountPorts, userId: UserId, database: AccountDatabase, snapshot: Snapshot) {
    const { environment, server } = ports;
    const { clock, api } = environment;
    this.#ports = ports;
    this.userId = userId;
    this.#database = database;
    this.caughtUp = this.#everCaughtUp;
    this.replica = new Replica(userId, snapshot, this.#listeners());
    this.connection = new RealtimeConnection(
      { clock, random: environment.random, openWebSocket: environment.openWebSocket, openPolling: environment.openPolling, probe: () => this.#probe() },
      {
        syncRequest: () => create(SyncRequestSchema, { token: this.replica.token, openRoomId: this.rooms.openRoomId.get() ?? '' }),
        handleSync: (response) => {
          this.replica.handleSync(response);
          for (const room of this.replica.rooms.values()) this.outbox.handleCovered(room.id, room.lastSeq);
          this.#alike.set(true);
          this.#everCaughtUp.set(true);
        },
        handleItems: (items) => {
          this.#isLive = true;
          this.replica.handleItems(items);
          this.#isLive = false;
        },
        handleBadToken: () => this.replica.setToken(''),
      },
    );
    const isOnline = (): boolean => this.connection.status.get().kind === 'online';
    this.#writer = new StoreWriter(database, (error) => this.#handleTrouble('storage', error));
    this.#held = new HeldSettings(environment.keys, userId);
    this.#own = new OwnSettings(
      {
        clock,
        isOnline,
        upload: async (key, value) => void (await api.users.setSetting({ setting: { key, value } })),
        store: (record) => this.#held.through(record, (held) => this.#writer.storeSetting(held)),
        handleTrouble: (error) => this.#handleTrouble('preference', error),
      },
      snapshot.settings,
    );
    this.#own.restore(this.#held.all());
    ports.settings.attach(this.#own);
    this.#drafts = new Drafts(this.#own);
    this.#typing = new TypingOthers(clock);
    this.people = new People(this.replica, api, clock, () => server.get().limits.pageSize);
    this.#readMarks = new ReadMarks({
      clock,
      isOnline,
      send: async (mark) => {
        const membership = await sendReadMark(this.connection, mark);
        if (membership) this.replica.putMembership(membership);
      },
      handleTrouble: (error) => this.#handleTrouble('mark-read', error),
    });
    this.outbox = new Outbox({
      clock,
      store: database.outboxStore(),
      newTxnId: environment.newId,
      send: (record) => sendEntry(this.connection, record),
      maySend: () => this.#tabs.isLeader && isOnline(),
      sendsInFlight: () => server.get().limits.sendsInFlight,
      handleSent: (record, message) => (record.kind === 'edit' ? this.replica.handleEdited(message) : this.replica.handleSent(message)),
      announce: (change) => this.#tabs.post({ kind: 'outbox', change }),
      handleTrouble: (error) => this.#handleTrouble('storage', error),
    });
    this.#views = new RoomViews({
      me: () => userId,
      person: (id) => this.people.now(id),
      writers: (roomId) => this.#typing.writers(roomId).get(),
      hasDraft: (roomId) => this.#drafts.has(roomId),
      failedRooms: () => this.outbox.failedRooms.get(),
    });
    const { users, presences } = this.replica;
    this.rooms = new Rooms({
      api,
      replica: this.replica,
      views: this.#views,
      ingredients: [users.version, presences.version, this.#typing.version, this.outbox.failedRooms, this.#own.version],
      settings: ports.settings,
      readMarks: this.#readMarks,
      lastRoomId: storedSignal(environment.keys, `kith.last-room.${userId}`, (stored) => (typeof stored === 'string' ? stored : undefined)),
      newTxnId: environment.newId,
      handleOpened: (roomId, before) => this.#handleOpened(roomId, before),
    });
    this.browser = new RoomBrowser(api, clock, this.replica);
    this.search = new Search({
      api,
      clock,
      person: (id) => this.people.now(id),
      roomName: (roomId) => this.#roomName(roomId),
      recent: storedSignal(environment.keys, `kith.recent-searches.${userId}`, (stored) => (Array.isArray(stored) ? stored.filter((item) => typeof item === 'string') : [])),
    });
    this.switcher = new Switcher({ rooms: () => this.rooms.all.get(), people: () => [...this.replica.users.values()].map((user) => this.people.now(user.id)) });
    this.#calls = new Calls({
      api,
      clock,
      random: environment.random,
      me: userId,
      isDirect: (roomId) => this.replica.rooms.get(roomId)?.kind === 'direct',
      seenAt: ports.settings.value('callsSeenAt'),
      markSeen: (at) => ports.settings.set('callsSeenAt', at),
      handleChange: (call) => this.#currentCall.handleCall(call),
    });
    this.#currentCall = new CurrentCall({
      api,
      clock,
      me: userId,
      ofRoom: (roomId) => this.#calls.ofRoom(roomId).get(),
      put: (call) => this.#calls.put(call),
      silence: (callId) => this.#calls.silence(callId),
      preferences: callPreferences(ports.settings),
      openCall: environment.openCall,
    });
    this.calls = callsModel(this.#calls, this.#currentCall, () => this.#tabs.isLeader);
    this.#activity = new Activity(clock, environment.isVisible(), (state) => tellPresence(this.connection, state));
    this.#tabs = new Tabs(environment, userId, () => void this.#handleLeader(), (message) => this.#handleTabMessage(message));
    this.outbox.restore(snapshot.outbox);
    this.#begin();
  }

  timeline(roomId: RoomId): Timeline {
    let found = this.#timelines.get(roomId);
    if (!found) {
      found = this.#makeTimeline(roomId);
      if (this.rooms.openRoomId.get() === roomId) found.handleOpened();
    }
    // The order of the map is the order of use.
    this.#timelines.delete(roomId);
    this.#timelines.set(roomId, found);
    const idle = [...this.#timelines.values()].filter((timeline) => !timeline.isShown && timeline !== found);
    for (const timeline of idle.slice(0, Math.max(0, idle.length - keptTimelines))) this.#timelines.delete(timeline.roomId);
    return found;
  }

  composer(roomId: RoomId): Composer {
    let found = this.#composers.get(roomId);
    if (!found) {
      found = new Composer(roomId, {
        drafts: this.#drafts,
        outbox: this.outbox,
        typing: new TypingMine(this.#ports.environment.clock, (typing) => tellTyping(this.connection, roomId, typing)),
        messageBytes: derived([this.#ports.server], (server) => server.limits.messageBytes),
        find: (seq) => this.timeline(roomId).find(seq),
        newestOwn: () => this.timeline(roomId).newestOwn(),
        replyView: (seq) => this.#replyView(roomId, seq),
        handleFull: () => this.#ports.notices.handleTrouble({ what: 'storage', error: this.outbox.fullError() }),
      });
      this.#composers.set(roomId, found);
    }
    return found;
  }

  members(roomId: RoomId): Members {
    let found = this.#members.get(roomId);
    if (!found) {
      found = new Members(roomId, {
        api: this.#ports.environment.api,
        replica: this.replica,
        room: this.replica.rooms.at(roomId),
        readPositions: this.#readPositions,
        person: (id) => this.people.now(id),
        pageSize: () => this.#ports.server.get().limits.pageSize,
      });
      this.#members.set(roomId, found);
    }
    return found;
  }

  /** The user chose to be away, or no longer. */
  setAway(isAway: boolean): void {
    this.#activity.setAway(isAway);
  }

  /** Ends everything; the object is of no use after it. */
  stop(): void {
    this.#isStopped = true;
    this.#currentCall.leave();
    this.#calls.stop();
    this.#held.close();
    this.connection.stop();
    this.#tabs.close();
  }

  /** Tells the other tabs that the account is signed out, and removes what is stored. */
  async erase(): Promise<void> {
    this.#tabs.post({ kind: 'signed-out' });
    this.stop();
    this.#held.clear();
    await this.#database.delete();
  }

  #begin(): void {
    const { environment } = this.#ports;
    this.connection.status.subscribe((status) => {
      if (this.#isStopped) return;
      if (status.kind === 'online') this.#handleOnline();
      else this.#alike.set(false);
      if (status.kind === 'signed-out' && this.#hasStarted) this.#ports.handleSignedOut();
    });
    environment.onVisibility((isVisible) => {
      this.#activity.handleVisibility(isVisible);
      if (isVisible) this.connection.handleWake();
    });
    environment.onInput(() => this.#activity.handleInput());
    environment.onNetwork((isThere) => (isThere ? this.connection.handleWake() : this.connection.handleNetworkLost()));
    environment.clock.after(lockWaitMs, () => this.#connect());
    environment.clock.after(tidyAfterMs, () => {
      if (this.#tabs.isLeader) void this.#database.tidy().catch(() => undefined);
    });
  }

  #connect(): void {
    if (this.#isStopped || this.#hasStarted) return;
    this.connection.start();
    this.#hasStarted = true;
  }

  #handleOnline(): void {
    tellPresence(this.connection, this.#activity.state);
    this.outbox.handleOnline();
    this.#readMarks.handleOnline();
    this.#own.handleOnline();
    this.people.handleOnline();
    this.#calls.handleOnline();
    const open = this.rooms.openRoomId.get();
    if (open !== undefined) this.members(open).handleShown();
  }

  // From now on this tab writes. What the store has may be older than what is here: catching up from the store's token brings
  // every change of between into both.
  async #handleLeader(): Promise<void> {
    const snapshot = await this.#database.load().catch(() => undefined);
    if (this.#isStopped) return;
    const isBehind = snapshot !== undefined && snapshot.token !== this.replica.token;
    if (isBehind) this.replica.setToken(snapshot.token);
    this.#writer.open();
    if (isBehind) this.connection.resync();
    this.outbox.restore(snapshot?.outbox ?? []);
    this.#connect();
  }

  #handleTabMessage(message: TabMessage): void {
    if (message.kind === 'signed-out') {
      this.stop();
      this.#ports.environment.reload();
      return;
    }
    const { change } = message;
    void this.#database.outboxRow(change.txnId).then((record) => this.outbox.handleChange(change, record)).catch(() => undefined);
  }

  #listeners(): ReplicaListeners {
    return {
      handleEvent: (event, isNew) => this.#handleEvent(event, isNew),
      handleMessage: (message) => this.#timelines.get(message.roomId)?.handleMessage(message),
      handleFresh: () => this.#own.handleFresh(),
      handleReset: (roomId) => this.#timelines.get(roomId)?.handleReset(),
      handleTyping: (roomId, userId, typing) => {
        if (userId !== this.userId) this.#typing.handleTyping(roomId, userId, typing);
      },
      handleReadPosition: (roomId, userId, seq) => {
        if (userId !== this.userId) this.#readPositions.handleRead(roomId, userId, seq);
      },
      handleCalls: (calls) => this.#calls.handleSync(calls),
      handleCall: (call) => this.#calls.handleCall(call),
      handleSetting: (key, value) => this.#own.handleSetting(key, value),
      findMessage: (roomId, seq) => this.#timelines.get(roomId)?.find(seq),
      messagesAfter: (roomId, seq) => this.#timelines.get(roomId)?.messagesAfter(seq),
      pendingRead: (roomId) => this.#readMarks.pendingRead(roomId),
      needSync: () => this.connection.resync(),
      needRoom: (roomId) => this.#wantRoom(roomId),
      handleBatch: (batch) => this.#writer.write(batch),
    };
  }

  #handleEvent(event: StoredEvent, isNew: boolean): void {
    const { roomId, seq, change } = event;
    const posted = change.kind === 'put' && change.message.seq === seq ? change.message : undefined;
    if (posted?.senderId === this.userId) this.outbox.handlePosted(posted);
    this.#timelines.get(roomId)?.handleEvent(event, isNew);
    if (!posted || !isNew) return;
    if (posted.senderId !== this.userId) {
      this.#typing.handleTyping(roomId, posted.senderId, false);
      this.#readPositions.handleRead(roomId, posted.senderId, seq);
    }
    if (posted.body.kind === 'member') this.#members.get(roomId)?.handleMemberChange();
    const room = this.replica.rooms.get(roomId);
    if (this.#isLive && room) this.#ports.notices.handleMessage(posted, room, this.#views.of(room), this.userId, (id) => this.people.now(id));
  }

  #handleOpened(roomId: RoomId | undefined, before: RoomId | undefined): void {
    if (before !== undefined) {
      this.#timelines.get(before)?.handleLeft();
      this.#composers.get(before)?.handleLeft();
    }
    if (roomId === undefined) return;
    if (!this.replica.rooms.get(roomId)) this.#wantRoom(roomId);
    this.timeline(roomId).handleOpened();
    if (this.#alike.get()) this.members(roomId).handleShown();
  }

  #makeTimeline(roomId: RoomId): Timeline {
    const { environment } = this.#ports;
    return new Timeline(roomId, {
      pages: timelinePages(roomId, environment.api, this.#database, () => this.#tabs.isLeader),
      room: this.replica.rooms.at(roomId),
      me: () => this.userId,
      caughtUp: this.#alike,
      outbox: this.outbox,
      person: (id) => this.people.now(id),
      usersVersion: this.replica.users.version,
      readPositions: this.#readPositions.of(roomId),
      storyOf: (call) => this.#calls.storyOf(call),
      mayDeleteOthers: (room) => permissionsOf(room.kind, room.role, room.membership).deleteOthersMessages,
      isWatched: () => this.rooms.openRoomId.get() === roomId && environment.isWatched(),
      markRead: (seq) => this.rooms.markRead(roomId, seq),
      deleteMessage: (seq) => deleteMessage(this.connection, roomId, seq),
    });
  }

  #replyView(roomId: RoomId, seq: number): ReplyView {
    const original = this.timeline(roomId).original(seq);
    return {
      seq,
      sender: original && this.people.now(original.senderId),
      preview: original?.body.kind === 'text' ? previewOf(original.body.text) : '',
      deleted: original?.deleted ?? false,
    };
  }

  #roomName(roomId: RoomId): string {
    const room = this.replica.rooms.get(roomId);
    return room ? this.#views.of(room).name : '';
  }

  #wantRoom(roomId: RoomId): void {
    this.#wantedRooms.add(roomId);
    if (this.#wantedRooms.size > 1) return;
    this.#ports.environment.clock.after(gatherRoomsMs, () => {
      const wanted = [...this.#wantedRooms];
      this.#wantedRooms.clear();
      // Counts stay a little off and a deep link stays unknown until the next catch-up: nothing to tell the user.
      for (const id of wanted) void this.rooms.load(id).catch(() => undefined);
    });
  }

  async #probe(): Promise<'reachable' | 'signed-out' | 'unreachable'> {
    try {
      await this.#ports.environment.api.users.getMe({});
      return 'reachable';
    } catch (thrown) {
      return (thrown as KithError).retry === 'after-login' ? 'signed-out' : 'unreachable';
    }
  }

  #handleTrouble(what: 'edit' | 'preference' | 'mark-read' | 'storage', error: KithError): void {
    this.#ports.notices.handleTrouble({ what, error });
  }
}
