// People as the views see them: names and presence together, unknown ones asked for – many at once, each once.

import type { Api } from '../api/client';
import type { Clock } from '../base/clock';
import { derived, type Signal } from '../base/signal';
import { userOf } from './from_wire';
import type { Replica } from './replica';
import type { Page, PeopleModel, Person, UserId } from './types';

/** Several rows are drawn in one frame; their unknown people go into one request. */
const gatherMs = 30;

export class People implements PeopleModel {
  readonly #replica: Replica;
  readonly #api: Api;
  readonly #clock: Clock;
  readonly #pageSize: () => number;
  readonly #signals = new Map<UserId, Signal<Person>>();
  readonly #asked = new Set<UserId>();
  #wanted: UserId[] = [];

  constructor(replica: Replica, api: Api, clock: Clock, pageSize: () => number) {
    this.#replica = replica;
    this.#api = api;
    this.#clock = clock;
    this.#pageSize = pageSize;
  }

  person(userId: UserId): Signal<Person> {
    let found = this.#signals.get(userId);
    if (!found) {
      const { users, presences, meId } = this.#replica;
      found = derived([users.at(userId), presences.at(userId), meId], () => this.now(userId), samePerson);
      this.#signals.set(userId, found);
    }
    return found;
  }

  /** The person as known now. */
  now(userId: UserId): Person {
    const user = this.#replica.users.get(userId);
    if (!user) this.#want(userId);
    const presence = this.#replica.presences.get(userId);
    return {
      id: userId,
      username: user?.username ?? '',
      displayName: user?.displayName ?? '',
      bio: user?.bio ?? '',
      role: user?.role ?? 'user',
      deactivated: user?.deactivated ?? false,
      presence: presence?.state ?? 'unknown',
      lastSeenAt: presence?.state === 'online' ? undefined : presence?.lastSeenAt,
      isMe: userId === this.#replica.meId.get(),
    };
  }

  async byUsername(username: string): Promise<Person> {
    const { users } = await this.#api.users.getUser({ username });
    this.#replica.putUsers(users);
    return this.now(users[0]!.id);
  }

  async list(query: string, cursor = ''): Promise<Page<Person>> {
    const { users, nextCursor } = await this.#api.users.listUsers({ query, cursor });
    this.#replica.putUsers(users);
    return { items: users.map((user) => this.now(userOf(user).id)), nextCursor };
  }

  /** Ids that were asked for in vain may be asked for again: the connection is back. */
  handleOnline(): void {
    for (const userId of this.#asked) if (!this.#replica.users.get(userId)) this.#asked.delete(userId);
  }

  #want(userId: UserId): void {
    if (userId === '' || this.#asked.has(userId)) return;
    this.#asked.add(userId);
    this.#wanted.push(userId);
    if (this.#wanted.length === 1) this.#clock.after(gatherMs, () => void this.#ask());
  }

  async #ask(): Promise<void> {
    const wanted = this.#wanted;
    this.#wanted = [];
    for (let start = 0; start < wanted.length; start += this.#pageSize()) {
      try {
        const { users } = await this.#api.users.getUser({ userIds: wanted.slice(start, start + this.#pageSize()) });
        this.#replica.putUsers(users);
      } catch {
        // Names are decoration here: the row stays without until the connection is back.
      }
    }
  }
}

function samePerson(left: Person, right: Person): boolean {
  return (Object.keys(left) as (keyof Person)[]).every((field) => left[field] === right[field]);
}
