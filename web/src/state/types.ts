// What the views see: one model object with signals to read and intents to call. Views never fetch.
// Conventions: an intent that returns `void` cannot fail visibly (it is queued, retried or local). One that returns a promise
// rejects with `KithError` (`api/error.ts`), whose `reason` chooses the words and whose `field` the place to show them.
// Seqs are numbers (below 2^36), times are milliseconds UTC, ids are opaque text.
// Length: the whole contract between state and views, read as one.

import type { KithError } from '../api/error';
import type { Signal } from '../base/signal';
import type { Call, CallsModel, CallStory } from './call_types';

export type { KithError } from '../api/error';
export type { Signal } from '../base/signal';
export type * from './call_types';

export type RoomId = string;
export type UserId = string;

// ── The whole ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** What to draw at the top. `starting` lasts until the local store or the server answered; draw nothing, or the mark after 200 ms. */
export type AppPhase =
  | { kind: 'starting' }
  /** The server has no account yet: show the first start. */
  | { kind: 'first-start' }
  /** Show the login; `ended` says that a session was ended from elsewhere or expired. */
  | { kind: 'signed-out'; ended: boolean }
  /** The server was never reached and nothing is stored here. */
  | { kind: 'unreachable'; error: KithError }
  | { kind: 'signed-in' };

/** The one object the views get. Made by `createApp()` in `state/app.ts`; lives as long as the page. */
export interface AppModel {
  readonly phase: Signal<AppPhase>;
  readonly server: Signal<ServerInfo>;
  readonly session: SessionModel;
  readonly connection: ConnectionModel;
  readonly settings: SettingsModel;
  readonly administration: AdministrationModel;
  readonly notices: NoticesModel;
  /** Tries again to reach the server from phase `unreachable`. */
  retryStart(): void;
  // From here on: only in phase `signed-in`; asking earlier is a defect and throws.
  readonly rooms: RoomsModel;
  readonly people: PeopleModel;
  readonly browser: RoomBrowserModel;
  readonly search: SearchModel;
  readonly switcher: SwitcherModel;
  readonly calls: CallsModel;
  /** The timeline of a room. The same object for the same room while someone subscribes to its view. */
  timeline(roomId: RoomId): TimelineModel;
  /** The composer of a room. The same object for the same room. */
  composer(roomId: RoomId): ComposerModel;
  /** The members of a room. The same object for the same room. */
  members(roomId: RoomId): MembersModel;
}

/** What is known of the server before anybody signs in. Kept locally, so it is there offline too. */
export interface ServerInfo {
  readonly name: string;
  readonly version: string;
  readonly registration: 'open' | 'invitation' | 'closed';
  readonly limits: Limits;
}

/** Limits worth checking before asking. */
export interface Limits {
  readonly messageBytes: number;
  readonly nameCharacters: number;
  readonly topicCharacters: number;
  readonly pageSize: number;
  readonly sendsInFlight: number;
  readonly passwordCharactersMin: number;
}

// ── Session ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Signing in and out, the own account. */
export interface SessionModel {
  /** The own account; undefined while signed out. */
  readonly me: Signal<Person | undefined>;
  readonly presencePrivacy: Signal<'everybody' | 'nobody'>;
  /** True while the user chose to be shown as away from this device, whatever is typed. Until the page is closed. */
  readonly away: Signal<boolean>;
  setAway(away: boolean): void;
  /** Signs in; the phase becomes `signed-in`. */
  login(input: { username: string; password: string }): Promise<void>;
  /** Makes an account and signs in. Answers with the room to open first. `serverName` only at the first start. */
  register(input: {
    username: string;
    password: string;
    displayName: string;
    invitation?: string;
    serverName?: string;
  }): Promise<{ welcomeRoomId: RoomId }>;
  /** Ends this session and removes everything stored here, unsent messages too (`waiting` in `connection` says how many). */
  logout(): Promise<void>;
  updateProfile(change: { displayName?: string; bio?: string; presencePrivacy?: 'everybody' | 'nobody' }): Promise<void>;
  /** Sets a new password and ends all other sessions. */
  changePassword(input: { currentPassword: string; newPassword: string }): Promise<void>;
  /** The own sessions, newest use first. */
  listDevices(): Promise<readonly Device[]>;
  /** Signs another device out. */
  revokeDevice(deviceId: string): Promise<void>;
}

/** One signed-in client of the own account. */
export interface Device {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly lastSeenAt: number;
  readonly current: boolean;
}

// ── Connection ───────────────────────────────────────────────────────────────────────────────────────────────────────

export type ConnectionStatus =
  /** The first connection after opening the client. */
  | { kind: 'connecting' }
  | { kind: 'online'; transport: 'websocket' | 'polling' }
  /** Not connected since `since`; the next attempt is at `retryAt`, or under way if that is past. */
  | { kind: 'offline'; since: number; retryAt: number }
  | { kind: 'signed-out' };

export interface ConnectionModel {
  readonly status: Signal<ConnectionStatus>;
  /** Messages waiting to be sent, in all rooms: for the offline banner. */
  readonly waiting: Signal<number>;
  /** True once the first catch-up since opening is done: what is shown is alike with the server. */
  readonly caughtUp: Signal<boolean>;
  /** Tries to connect now ("Try again" in the banner). */
  retry(): void;
  /** True when a newer client is installed and waits; it takes over by itself at the next quiet moment. */
  readonly updateReady: Signal<boolean>;
}

// ── People ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export type PresenceState = 'unknown' | 'online' | 'away' | 'offline';

/** A user as far as known. An unknown id gives a person without names until they are loaded. */
export interface Person {
  readonly id: UserId;
  readonly username: string;
  /** Never empty once loaded: the user name if nothing else. Empty while unknown. */
  readonly displayName: string;
  readonly bio: string;
  readonly role: 'owner' | 'admin' | 'user';
  readonly deactivated: boolean;
  readonly presence: PresenceState;
  /** When last connected; undefined if unknown, not shared, or online. */
  readonly lastSeenAt: number | undefined;
  readonly isMe: boolean;
}

export interface PeopleModel {
  /** One person; asks the server for unknown ones (many at once, once). */
  person(userId: UserId): Signal<Person>;
  /** One person by user name; rejects with `user-not-found`. */
  byUsername(username: string): Promise<Person>;
  /** A page of the directory, by user name, of those with a name that begins with `query`. */
  list(query: string, cursor?: string): Promise<Page<Person>>;
}

/** A page of a list; `nextCursor` is empty at the end. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string;
}

// ── Rooms ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export type RoomKind = 'direct' | 'private' | 'public';
export type RoomRole = 'owner' | 'admin' | 'member' | 'guest';
/** `default`: everything in direct rooms, mentions elsewhere. `none`: muted, counts nowhere. */
export type NotificationLevel = 'default' | 'all' | 'mentions' | 'none';
export type SectionKey = 'invitations' | 'unread' | 'favourites' | 'direct' | 'rooms';

/** A room as the list and the bar show it. The same object until something in it changes. */
export interface RoomView {
  readonly id: RoomId;
  readonly kind: RoomKind;
  /** The room's name; in a direct room the other person's (own name for notes to oneself). */
  readonly name: string;
  readonly topic: string;
  readonly memberCount: number;
  /** The other person of a direct room; the own id for notes to oneself. */
  readonly directUserId: UserId | undefined;
  /** The other person's presence in a direct room. */
  readonly presence: PresenceState;
  readonly membership: 'in' | 'invited' | 'left';
  readonly invitedBy: UserId | undefined;
  readonly role: RoomRole;
  readonly level: NotificationLevel;
  readonly muted: boolean;
  readonly favourite: boolean;
  /** Unread messages by the one rule; 0 in muted rooms. */
  readonly unread: number;
  /** Those that mention me; in direct rooms all. 0 in muted rooms. */
  readonly mentions: number;
  /** True if a muted room has something new: a hint without a count. */
  readonly hasQuietNews: boolean;
  readonly lastMessage: LastMessage | undefined;
  readonly lastActivityAt: number;
  /** Who is writing now, without me. */
  readonly typing: readonly UserId[];
  readonly hasDraft: boolean;
  readonly hasFailedSends: boolean;
  readonly createdAt: number;
}

export interface LastMessage {
  readonly senderId: UserId;
  readonly senderName: string;
  readonly isMine: boolean;
  /** One line of plain text, without Markdown; empty if deleted or not readable. */
  readonly preview: string;
  /** What it was, if it is a call. */
  readonly call: { readonly story: CallStory; readonly video: boolean } | undefined;
  readonly deleted: boolean;
  readonly at: number;
}

export interface RoomSection {
  readonly key: SectionKey;
  readonly rooms: readonly RoomView[];
  /** Collapsed by the user; remembered on all devices. */
  readonly collapsed: boolean;
  readonly unread: number;
}

/** Sums over all rooms that are not muted: badge, title and tab bar use these. */
export interface Totals {
  readonly unread: number;
  readonly mentions: number;
  readonly unreadRooms: number;
}

export interface RoomsModel {
  /** The sidebar: sections that have rooms, in order. */
  readonly sections: Signal<readonly RoomSection[]>;
  readonly totals: Signal<Totals>;
  /** One room; undefined if it is not known here (yet). */
  room(roomId: RoomId): Signal<RoomView | undefined>;
  /** The room on the screen, or undefined. Setting it subscribes its events, loads what is missing and remembers it for the next start. */
  readonly openRoomId: Signal<RoomId | undefined>;
  setOpenRoom(roomId: RoomId | undefined): void;
  /** The room that was open last, for the start page. */
  readonly lastRoomId: Signal<RoomId | undefined>;
  setCollapsed(section: SectionKey, collapsed: boolean): void;
  /** Loads a room that is not known here (deep link); rejects with `room-not-found`. */
  load(roomId: RoomId): Promise<void>;
  create(input: {
    name: string;
    kind: 'private' | 'public';
    topic?: string;
    historySinceJoin?: boolean;
    inviteUserIds?: readonly UserId[];
  }): Promise<{ roomId: RoomId }>;
  /** Opens (makes, if need be) the direct room with a person. */
  openDirect(userId: UserId): Promise<{ roomId: RoomId }>;
  /** Joins a public room or takes an invitation. */
  join(roomId: RoomId): Promise<void>;
  /** Leaves a room or declines an invitation. */
  leave(roomId: RoomId): Promise<void>;
  update(roomId: RoomId, change: { name?: string; topic?: string }): Promise<void>;
  invite(roomId: RoomId, userId: UserId): Promise<void>;
  remove(roomId: RoomId, userId: UserId): Promise<void>;
  setRole(roomId: RoomId, userId: UserId, role: RoomRole): Promise<void>;
  setLevel(roomId: RoomId, level: NotificationLevel): Promise<void>;
  setFavourite(roomId: RoomId, favourite: boolean): Promise<void>;
  /** Everything in the room is read. */
  markAllRead(roomId: RoomId): void;
  /** The message and all after it are unread again. */
  markUnreadFrom(roomId: RoomId, seq: number): void;
}

/** What the own role allows in a room; for showing actions. The server decides. */
export interface RoomPermissions {
  readonly write: boolean;
  readonly invite: boolean;
  readonly remove: boolean;
  readonly update: boolean;
  readonly setRoles: boolean;
  readonly deleteOthersMessages: boolean;
}

/** A person in a room. */
export interface MemberView {
  readonly person: Person;
  readonly role: RoomRole;
  readonly invited: boolean;
}

export interface MembersModel {
  /** The members loaded so far, present ones first, then by name. */
  readonly list: Signal<readonly MemberView[]>;
  readonly status: Signal<LoadStatus>;
  readonly hasMore: Signal<boolean>;
  readonly permissions: Signal<RoomPermissions>;
  /** Loads the first page, or again. Called by the panel when it opens. */
  load(): void;
  loadMore(): void;
  /** Members whose name begins with `prefix` (case and accents folded), best first, for `@` in the composer; works offline with those known. */
  mentionCandidates(prefix: string): readonly Person[];
}

export type LoadStatus = { kind: 'idle' } | { kind: 'loading' } | { kind: 'failed'; error: KithError };

/** Public rooms to join. */
export interface RoomBrowserModel {
  readonly query: Signal<string>;
  readonly results: Signal<readonly BrowsableRoom[]>;
  readonly status: Signal<LoadStatus>;
  readonly hasMore: Signal<boolean>;
  /** Sets what the names must begin with and loads (after a short pause while typing). Call with '' when the browser opens. */
  setQuery(query: string): void;
  loadMore(): void;
}

export interface BrowsableRoom {
  readonly id: RoomId;
  readonly name: string;
  readonly topic: string;
  readonly memberCount: number;
  readonly joined: boolean;
}

// ── Timeline ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * How far a message is. `waiting`: stored here, not sent yet (offline). `sending`: on its way. `sent`: safe on the server.
 * `read`: by at least one other. `failed`: the server refused it; retry or delete. Messages of others are `sent`.
 */
export type MessageState = 'waiting' | 'sending' | 'sent' | 'read' | 'failed';

/** A message people wrote. The same object until something in it changes. */
export interface MessageView {
  /** Stable from the local echo on: the key for lists. */
  readonly key: string;
  readonly roomId: RoomId;
  /** Position in the room; undefined until the server took it. */
  readonly seq: number | undefined;
  readonly senderId: UserId;
  readonly sender: Person;
  readonly isMine: boolean;
  readonly at: number;
  /** The Markdown source; give it to `markdown/render.ts`. Empty if deleted. */
  readonly text: string;
  /** True if the content is encrypted and cannot be read here. */
  readonly unreadable: boolean;
  readonly mentionedUserIds: readonly UserId[];
  readonly mentionsAll: boolean;
  readonly mentionsMe: boolean;
  readonly deleted: boolean;
  /** When last edited; undefined if never. */
  readonly editedAt: number | undefined;
  /** An edit of this message is on its way or waiting; the text shown is the new one. */
  readonly editPending: boolean;
  readonly replyTo: ReplyView | undefined;
  readonly state: MessageState;
  /** Why it failed, in state `failed`. */
  readonly error: KithError | undefined;
  /** Who has read at least this far, on own messages in rooms of at most 50; without me. */
  readonly seenBy: readonly UserId[];
  readonly canEdit: boolean;
  readonly canDelete: boolean;
}

/** The line above an answer. Without text if the original is not here (it is being loaded) or is gone. */
export interface ReplyView {
  readonly seq: number;
  readonly sender: Person | undefined;
  readonly preview: string;
  readonly deleted: boolean;
}

/** What happened to the room or its members; the view chooses the words. */
export interface SystemView {
  readonly key: string;
  readonly seq: number;
  readonly at: number;
  readonly actor: Person;
  readonly what:
    | { kind: 'joined' | 'left' }
    | { kind: 'invited' | 'removed'; person: Person }
    | { kind: 'role'; person: Person; role: RoomRole }
    | { kind: 'created' }
    | { kind: 'renamed'; name: string }
    | { kind: 'topic'; topic: string };
}

/** A call as an entry of the timeline. */
export interface CallEntryView {
  readonly seq: number;
  readonly at: number;
  /** Who started it. */
  readonly caller: Person;
  /** As it was when the entry was written; `CallsModel.ofRoom` knows more while it goes on. */
  readonly call: Call;
  readonly story: CallStory;
}

/** One row of the virtual list. Rows that did not change are the same objects. */
export type TimelineRow =
  /** A day begins; `at` is its first moment in local time. */
  | { readonly kind: 'day'; readonly key: string; readonly at: number }
  /** Everything below is new since the room was opened. Stays until the room is left. */
  | { readonly kind: 'unread'; readonly key: string; readonly count: number }
  /** `continued`: same author, less than 5 minutes after, no answer: no avatar, no name. */
  | { readonly kind: 'message'; readonly key: string; readonly message: MessageView; readonly continued: boolean }
  | { readonly kind: 'system'; readonly key: string; readonly system: SystemView }
  | { readonly kind: 'call'; readonly key: string; readonly entry: CallEntryView }
  /** The room's beginning is reached. */
  | { readonly kind: 'beginning'; readonly key: string };

export interface TimelineView {
  readonly rows: readonly TimelineRow[];
  /** Rows were added or removed before the former first row: keep the reading position (virtua `shift`). */
  readonly shifted: boolean;
  /** True when the newest message of the room is in `rows`. */
  readonly atEnd: boolean;
  readonly hasOlder: boolean;
  readonly hasNewer: boolean;
  readonly loadingOlder: boolean;
  readonly loadingNewer: boolean;
  /** Nothing of this room was ever on this device: draw the skeleton after 200 ms. */
  readonly cold: boolean;
  readonly error: KithError | undefined;
  /** The row to bring into view after a jump, with a fresh number for each jump; undefined if none. */
  readonly target: { readonly key: string; readonly highlight: boolean; readonly nonce: number } | undefined;
}

export interface TimelineModel {
  readonly roomId: RoomId;
  /** Subscribing loads the newest page (or what is stored) and keeps it up to date. */
  readonly view: Signal<TimelineView>;
  /** Messages after the read position, in this room, also if muted: for the "N new" pill and the unread line. */
  readonly newCount: Signal<number>;
  /** The first unread message, undefined if none. */
  readonly firstUnreadSeq: Signal<number | undefined>;
  /** Loads the page before the first row. Safe to call on every scroll. */
  loadOlder(): void;
  loadNewer(): void;
  /** Shows the page around a message and sets `target`; rejects with `message-not-found`. */
  jumpTo(seq: number, options?: { highlight?: boolean }): Promise<void>;
  /** Shows the newest page; `target` is its last row. */
  jumpToEnd(): void;
  /** Shows the first unread message, or the end. */
  jumpToUnread(): void;
  /** The newest seq that was on the screen for a second with the window in front. Safe to call often. */
  seen(seq: number): void;
  /** Deletes a message everywhere. An unsent one (by key) just goes. */
  remove(key: string): Promise<void>;
  /** Sends a failed message again. */
  retry(key: string): void;
}

// ── Composer ─────────────────────────────────────────────────────────────────────────────────────────────────────────

export type ComposerMode =
  | { readonly kind: 'new' }
  | { readonly kind: 'reply'; readonly to: ReplyView }
  | { readonly kind: 'edit'; readonly seq: number };

export interface ComposerModel {
  readonly roomId: RoomId;
  /** What stands in the field. Kept locally at once, and on all devices soon. A draft of another device comes in only while this one is untouched. */
  readonly text: Signal<string>;
  readonly mode: Signal<ComposerMode>;
  /** Bytes left before the limit; negative: too long. */
  readonly bytesLeft: Signal<number>;
  /** True if there is something to send and it is not too long. */
  readonly canSend: Signal<boolean>;
  /** The user typed. Also tells the room that the user is writing. */
  setText(text: string): void;
  /** Sends, or saves the edit; the text is cleared in the same frame. Does nothing if `canSend` is false. */
  send(): void;
  replyTo(seq: number): void;
  /** Begins to edit an own message; the draft is kept aside until the edit ends. */
  edit(seq: number): void;
  /** ↑ in an empty composer: edits the newest own message of the room. False if there is none. */
  editLast(): boolean;
  /** Sends a text beside what stands in the field, e.g. a prepared answer. */
  sendPrepared(text: string): void;
  /** Leaves reply or edit mode; an edit gives the draft back. */
  cancel(): void;
}

// ── Search ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The chips. */
export interface SearchFilters {
  readonly roomIds?: readonly RoomId[];
  readonly fromUserIds?: readonly UserId[];
  /** Only messages before this time. */
  readonly before?: number;
  /** Only messages from this time on. */
  readonly after?: number;
  readonly hasLink?: boolean;
}

export interface SearchHit {
  /** Room and seq: the key for lists. */
  readonly key: string;
  readonly roomId: RoomId;
  readonly roomName: string;
  readonly seq: number;
  readonly sender: Person;
  readonly at: number;
  readonly text: string;
  /** Where the text matches, in UTF-16 units, in order, not overlapping. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
}

export interface SearchModel {
  readonly query: Signal<string>;
  readonly filters: Signal<SearchFilters>;
  readonly hits: Signal<readonly SearchHit[]>;
  readonly status: Signal<LoadStatus>;
  readonly hasMore: Signal<boolean>;
  /** Newest first, at most 10; kept on this device. */
  readonly recent: Signal<readonly string[]>;
  /** Sets the words and searches after a short pause; an empty query clears. */
  setQuery(query: string): void;
  setFilters(filters: SearchFilters): void;
  loadMore(): void;
  /** Keeps the query among the recent ones (when a result is opened, or on Enter). */
  remember(): void;
  forgetRecent(query: string): void;
  clear(): void;
}

// ── Switcher ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A command offered by the views. `words` are what it can be found by, in the user's language. */
export interface SwitcherCommand {
  readonly id: string;
  readonly title: string;
  readonly words?: readonly string[];
}

export interface SwitcherResult {
  readonly key: string;
  readonly target:
    | { readonly kind: 'room'; readonly room: RoomView }
    | { readonly kind: 'person'; readonly person: Person }
    | { readonly kind: 'command'; readonly command: SwitcherCommand }
    /** Search messages for the words. */
    | { readonly kind: 'search'; readonly query: string };
  readonly title: string;
  /** Where the title matches, in UTF-16 units. */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
}

export interface SwitcherModel {
  /** The best results for what was typed, at most 30; recent rooms for an empty query. Local, at once, offline too. */
  find(query: string): readonly SwitcherResult[];
  /** The commands to offer besides rooms and people. */
  setCommands(commands: readonly SwitcherCommand[]): void;
}

// ── Settings ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The settings with their types. Those of `DeviceSettingKey` stay on this device; the others are alike on all. */
export interface SettingValues {
  theme: 'system' | 'light' | 'dark';
  contrast: 'system' | 'more' | 'normal';
  /** `system`: the browser's language, if there is a catalogue for it. */
  language: 'system' | 'en' | 'de';
  /** What Enter does in the composer. */
  enterSends: boolean;
  timeFormat: 'system' | '12' | '24';
  desktopNotifications: boolean;
  notificationSound: boolean;
  /** Notifications show who wrote and what. */
  notificationPreview: boolean;
  collapsedSections: readonly SectionKey[];
  sidebarWidth: number;
  panelWidth: number;
  recentEmoji: readonly string[];
  favouriteReactions: readonly string[];
  /** The chosen devices; empty: the system's choice. */
  microphoneId: string;
  cameraId: string;
  speakerId: string;
  noiseSuppression: boolean;
  pushToTalk: boolean;
  /** The microphone, the camera were on when a call was entered last. */
  joinWithMicrophone: boolean;
  joinWithCamera: boolean;
  /** Look at camera and microphone before a call is entered. */
  deviceCheck: boolean;
  callSounds: boolean;
  /** When the call history was last looked at. */
  callsSeenAt: number;
}
export type SettingKey = keyof SettingValues;
export type DeviceSettingKey =
  | 'desktopNotifications'
  | 'notificationSound'
  | 'sidebarWidth'
  | 'panelWidth'
  | 'microphoneId'
  | 'cameraId'
  | 'speakerId'
  | 'noiseSuppression'
  | 'pushToTalk'
  | 'joinWithMicrophone'
  | 'joinWithCamera'
  | 'deviceCheck'
  | 'callSounds';

export interface SettingsModel {
  /** The value, or its default. Known before the first frame: theme and language do not flash. */
  value<Key extends SettingKey>(key: Key): Signal<SettingValues[Key]>;
  /** Applies at once here, is stored, and reaches the other devices when there is a connection. */
  set<Key extends SettingKey>(key: Key, value: SettingValues[Key]): void;
}

// ── Server administration ────────────────────────────────────────────────────────────────────────────────────────────

/** A port of calls as the server found it: open, or why it cannot be reached. */
export interface CallPort {
  readonly address: string;
  readonly port: number;
  readonly protocol: 'udp' | 'tcp';
  readonly state: 'open' | 'blocked' | 'closed' | 'unreachable' | 'taken';
  /** Milliseconds until the answer came, in tenths; 0 if none did. */
  readonly answeredInMs: number;
  /** Only the server's own machine knows this address. */
  readonly local: boolean;
}

/** For owner and admins. */
export interface AdministrationModel {
  /** True if the own role allows it. */
  readonly allowed: Signal<boolean>;
  updateServer(change: { name?: string; registration?: ServerInfo['registration'] }): Promise<void>;
  /** Makes an invitation to register; the token is shown once. */
  createInvitation(input: { uses?: number; validHours?: number }): Promise<{ token: string; expiresAt: number }>;
  /** Has the server ask its ports of calls, at each of its addresses; takes seconds if something is blocked. */
  checkCallPorts(): Promise<readonly CallPort[]>;
}

// ── Notices ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A message of another that has just arrived; for live regions, sounds and desktop notifications. */
export interface Notice {
  readonly roomId: RoomId;
  readonly seq: number;
  readonly roomName: string;
  readonly sender: Person;
  readonly preview: string;
  readonly mentionsMe: boolean;
  /** By the room's level this deserves a sound or desktop notification (not muted; a mention or direct, or level `all`). */
  readonly notify: boolean;
}

/** Something an intent without a promise could not do, to be shown as a toast. */
export interface Trouble {
  readonly what: 'edit' | 'preference' | 'mark-read' | 'storage';
  readonly error: KithError;
}

export interface NoticesModel {
  /** Calls the listener for each message that arrives while the app is open; the result ends it. */
  onMessage(listener: (notice: Notice) => void): () => void;
  onTrouble(listener: (trouble: Trouble) => void): () => void;
}
