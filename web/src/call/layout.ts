// How the stage is divided: how many columns tiles of people fit best into, which page shows whom, and what is large.

import type { CallPerson, TileRef } from './session';

/** A larger page would show nobody's face. */
export const tilesPerPage = 49;
const aspect = 16 / 9;
/** How narrow a tile may be before it cuts off what belongs to a face's surroundings: on a tall screen more is given up. */
const narrowestWide = 1.2;
const narrowestTall = 0.55;

/** The columns and rows of a grid. */
export interface GridShape {
  readonly columns: number;
  readonly rows: number;
}

/** The shape in which `count` tiles of a video's aspect are largest within `width` × `height` CSS pixels. */
export function gridShape(count: number, width: number, height: number): GridShape {
  const tiles = Math.max(1, Math.min(count, tilesPerPage));
  if (width <= 0 || height <= 0) return { columns: Math.ceil(Math.sqrt(tiles)), rows: Math.ceil(tiles / Math.ceil(Math.sqrt(tiles))) };
  const narrowest = width > height ? narrowestWide : narrowestTall;
  let best: GridShape = { columns: 1, rows: tiles };
  let bestArea = 0;
  for (let columns = 1; columns <= tiles; columns += 1) {
    const rows = Math.ceil(tiles / columns);
    const cellWidth = width / columns;
    const cellHeight = height / rows;
    const cell = cellWidth / cellHeight;
    // A picture is cropped to its cell: what is lost beyond a tall portrait or a wide strip does not count as seen.
    const seen = cell > aspect ? cellHeight * cellHeight * aspect : cell < narrowest ? (cellWidth * cellWidth) / narrowest : cellWidth * cellHeight;
    if (seen > bestArea * 1.001) {
      bestArea = seen;
      best = { columns, rows };
    }
  }
  return best;
}

/** The shape on a phone held upright: one below the other, then two beside each other; an odd one leads in a row of its own. */
export function phoneShape(count: number): GridShape {
  return count <= 2 ? { columns: 1, rows: Math.max(1, count) } : { columns: 2, rows: Math.ceil(count / 2) };
}

/** How many tiles a page has at this size: none may be smaller than a face that can be recognised. */
export function pageSize(width: number, height: number, smallestWidth: number): number {
  const smallestHeight = smallestWidth * 0.75;
  return Math.max(1, Math.min(tilesPerPage, Math.floor(width / smallestWidth) * Math.floor(height / smallestHeight)));
}

/**
 * The order of tiles: as before, newcomers at the end, me last on the first page. Who speaks on a later page changes places with
 * whoever of the first page was silent longest, so that nobody else moves.
 */
export function tileOrder(people: readonly CallPerson[], before: readonly string[], perPage: number): readonly string[] {
  const byId = new Map(people.map((person) => [person.userId, person]));
  const me = people.find((person) => person.isMe);
  const order = before.filter((userId) => byId.has(userId) && userId !== me?.userId);
  const placed = new Set(order);
  for (const person of people) if (!person.isMe && !placed.has(person.userId)) order.push(person.userId);
  const first = Math.min(order.length, me ? perPage - 1 : perPage);
  for (let index = first; index < order.length; index += 1) {
    if (!byId.get(order[index]!)!.isSpeaking) continue;
    const silent = order.slice(0, first).filter((userId) => !byId.get(userId)!.isSpeaking);
    const quietest = silent.sort((left, right) => byId.get(left)!.spokeAt - byId.get(right)!.spokeAt)[0];
    if (quietest === undefined) break;
    const at = order.indexOf(quietest);
    [order[at], order[index]] = [order[index]!, order[at]!];
  }
  if (me) order.splice(Math.min(first, order.length), 0, me.userId);
  return order;
}

/** What is large: the pinned tile, else a shared screen (the newest comer's first), else, in the speaker view, who speaks. */
export function focusOf(people: readonly CallPerson[], pinned: TileRef | undefined, layout: 'grid' | 'speaker', speaker: string | undefined): TileRef | undefined {
  if (pinned && people.some((person) => person.userId === pinned.userId)) return pinned;
  const sharing = people.findLast((person) => person.screen !== undefined && !person.isMe) ?? people.find((person) => person.screen !== undefined);
  if (sharing) return { userId: sharing.userId, kind: 'screen' };
  if (layout === 'grid') return undefined;
  const chosen = people.find((person) => person.userId === speaker) ?? people.find((person) => !person.isMe) ?? people[0];
  return chosen && { userId: chosen.userId, kind: 'camera' };
}

/** Who is shown in the strip beside what is large. */
export function filmOf(people: readonly CallPerson[], focus: TileRef): readonly CallPerson[] {
  return people.filter((person) => focus.kind === 'screen' || person.userId !== focus.userId);
}

/** The hands that are up, the first one first. */
export function handsUp(people: readonly CallPerson[]): readonly CallPerson[] {
  return people.filter((person) => person.handAt !== undefined).sort((left, right) => left.handAt! - right.handAt!);
}
