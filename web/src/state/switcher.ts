// The switcher: rooms, people and commands by a few letters, from what is here; so it works offline and at once.

import { fuzzyMatch, type FuzzyMatch } from '../base/fuzzy';
import type { Person, RoomView, SwitcherCommand, SwitcherModel, SwitcherResult } from './types';

const maxResults = 30;
const maxRecent = 12;
const maxQuery = 80;
/** Among equal matches a room beats a person, and what is unread or new beats the rest – but never a better match. */
const unreadBonus = 2;
const roomBonus = 1;

/** What the switcher looks through. */
export interface SwitcherSources {
  readonly rooms: () => readonly RoomView[];
  readonly people: () => Iterable<Person>;
}

type Scored = { readonly result: SwitcherResult; readonly score: number };

export class Switcher implements SwitcherModel {
  readonly #sources: SwitcherSources;
  #commands: readonly SwitcherCommand[] = [];

  constructor(sources: SwitcherSources) {
    this.#sources = sources;
  }

  setCommands(commands: readonly SwitcherCommand[]): void {
    this.#commands = commands;
  }

  find(query: string): readonly SwitcherResult[] {
    const wanted = query.trim().slice(0, maxQuery);
    const rooms = this.#sources.rooms().filter((room) => room.membership !== 'left');
    if (wanted === '') return this.#recent(rooms);
    // `#` asks for rooms, `@` for people, `>` for commands.
    const sign = /^[#@>]/.exec(wanted)?.[0];
    const words = sign ? wanted.slice(1).trim() : wanted;
    const scored: Scored[] = [];
    if (!sign || sign === '#') scored.push(...this.#rooms(words, rooms));
    if (!sign || sign === '@') scored.push(...this.#people(words, rooms));
    if (!sign || sign === '>') scored.push(...this.#found(words));
    scored.sort((left, right) => right.score - left.score);
    const results = scored.slice(0, maxResults - 1).map(({ result }) => result);
    if (!sign) results.push({ key: 'search', target: { kind: 'search', query: wanted }, title: wanted, ranges: [] });
    return results;
  }

  #recent(rooms: readonly RoomView[]): readonly SwitcherResult[] {
    return [...rooms]
      .sort((left, right) => Number(right.unread > 0) - Number(left.unread > 0) || right.lastActivityAt - left.lastActivityAt)
      .slice(0, maxRecent)
      .map((room) => roomResult(room, []));
  }

  #rooms(words: string, rooms: readonly RoomView[]): Scored[] {
    return rooms.flatMap((room) => {
      const match = fuzzyMatch(words, room.name);
      return match ? [{ result: roomResult(room, match.ranges), score: match.score + roomBonus + (room.unread > 0 ? unreadBonus : 0) }] : [];
    });
  }

  #people(words: string, rooms: readonly RoomView[]): Scored[] {
    // Whoever has a direct room is found as that room.
    const withRoom = new Set(rooms.map((room) => room.directUserId));
    const results: Scored[] = [];
    for (const person of this.#sources.people()) {
      if (person.deactivated || person.isMe || withRoom.has(person.id)) continue;
      const byName = fuzzyMatch(words, person.displayName);
      const byUsername = fuzzyMatch(words, person.username);
      const score = Math.max(byName?.score ?? -Infinity, byUsername?.score ?? -Infinity);
      if (score === -Infinity) continue;
      const result: SwitcherResult = { key: `person-${person.id}`, target: { kind: 'person', person }, title: person.displayName, ranges: byName?.ranges ?? [] };
      results.push({ result, score });
    }
    return results;
  }

  #found(words: string): Scored[] {
    return this.#commands.flatMap((command) => {
      const title = fuzzyMatch(words, command.title);
      const others = (command.words ?? []).map((word) => fuzzyMatch(words, word)).filter((match): match is FuzzyMatch => match !== undefined);
      const score = Math.max(title?.score ?? -Infinity, ...others.map((match) => match.score));
      if (score === -Infinity) return [];
      const result: SwitcherResult = { key: `command-${command.id}`, target: { kind: 'command', command }, title: command.title, ranges: title?.ranges ?? [] };
      return [{ result, score }];
    });
  }
}

function roomResult(room: RoomView, ranges: SwitcherResult['ranges']): SwitcherResult {
  return { key: `room-${room.id}`, target: { kind: 'room', room }, title: room.name, ranges };
}
