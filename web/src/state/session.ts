// Signing in and out, the own account.

import type { Api } from '../api/client';
import type { User } from '../api/gen/kith/v1/types_pb';
import { PresencePrivacy } from '../api/gen/kith/v1/user_pb';
import { signal, type Signal } from '../base/signal';
import { timeOf } from './from_wire';
import type { Device, Person, RoomId, SessionModel, UserId } from './types';

/** What signing in and out needs from above. */
export interface SessionPorts {
  readonly api: Api;
  readonly deviceName: string;
  readonly me: Signal<Person | undefined>;
  readonly presencePrivacy: Signal<'everybody' | 'nobody'>;
  /** The user chose to be away, or no longer. */
  readonly handleAway: (away: boolean) => void;
  /** The server has given this browser a session. */
  readonly handleSignedIn: (userId: UserId) => Promise<void>;
  readonly handleLogout: () => Promise<void>;
  /** The own account as an answer has it. */
  readonly handleMe: (user: User, presencePrivacy: 'everybody' | 'nobody' | undefined) => void;
}

export class Session implements SessionModel {
  readonly me: Signal<Person | undefined>;
  readonly presencePrivacy: Signal<'everybody' | 'nobody'>;
  readonly #ports: SessionPorts;
  readonly #away = signal(false);

  constructor(ports: SessionPorts) {
    this.#ports = ports;
    this.me = ports.me;
    this.presencePrivacy = ports.presencePrivacy;
  }

  get away(): Signal<boolean> {
    return this.#away;
  }

  setAway(away: boolean): void {
    this.#away.set(away);
    this.#ports.handleAway(away);
  }

  async login(input: { username: string; password: string }): Promise<void> {
    const { user } = await this.#ports.api.auth.login({ ...input, deviceName: this.#ports.deviceName });
    await this.#ports.handleSignedIn(user?.id ?? '');
  }

  async register(input: { username: string; password: string; displayName: string; invitation?: string; serverName?: string }): Promise<{ welcomeRoomId: RoomId }> {
    const { user, welcomeRoomId } = await this.#ports.api.auth.register({ ...input, deviceName: this.#ports.deviceName });
    await this.#ports.handleSignedIn(user?.id ?? '');
    return { welcomeRoomId };
  }

  async logout(): Promise<void> {
    await this.#ports.api.auth.logout({});
    await this.#ports.handleLogout();
  }

  async updateProfile(change: { displayName?: string; bio?: string; presencePrivacy?: 'everybody' | 'nobody' }): Promise<void> {
    const { presencePrivacy, ...names } = change;
    const { user } = await this.#ports.api.users.updateProfile({
      ...names,
      ...(presencePrivacy && { presencePrivacy: presencePrivacy === 'nobody' ? PresencePrivacy.NOBODY : PresencePrivacy.EVERYBODY }),
    });
    if (user) this.#ports.handleMe(user, presencePrivacy);
  }

  async changePassword(input: { currentPassword: string; newPassword: string }): Promise<void> {
    await this.#ports.api.auth.changePassword(input);
  }

  async listDevices(): Promise<readonly Device[]> {
    const { sessions } = await this.#ports.api.auth.listSessions({});
    return sessions.map((session) => ({
      id: session.id,
      name: session.name,
      createdAt: timeOf(session.createdAt),
      lastSeenAt: timeOf(session.lastSeenAt),
      current: session.current,
    }));
  }

  async revokeDevice(deviceId: string): Promise<void> {
    await this.#ports.api.auth.revokeSession({ sessionId: deviceId });
  }
}
