// Fuzzy matching of short names: all letters of the query in order, the better the more of them begin words or stand together.

import { fold, foldKeepingPositions } from './fold';

/** Where a name matches, in UTF-16 units, and how well (higher is better). */
export interface FuzzyMatch {
  readonly score: number;
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
}

/** Names and queries are cut here: nobody types more, and the search below is quadratic. */
const maxUnits = 100;
const wordStartBonus = 8;
const togetherBonus = 6;
const prefixBonus = 12;
const exactBonus = 20;
const gapCost = 1;

/** Matches a query (without case and accents) in a name; undefined if its letters are not there in order. */
export function fuzzyMatch(query: string, name: string): FuzzyMatch | undefined {
  const wanted = fold(query).replace(/\s+/g, '').slice(0, maxUnits);
  const cut = name.slice(0, maxUnits);
  const { folded, positions } = foldKeepingPositions(cut);
  if (wanted === '') return { score: 0, ranges: [] };
  // best[i][j]: the best score with letter i of the query on letter j of the name; from[i][j]: where letter i−1 stood then.
  const best: number[][] = [];
  const from: number[][] = [];
  for (let i = 0; i < wanted.length; i += 1) {
    best.push(new Array<number>(folded.length).fill(-Infinity));
    from.push(new Array<number>(folded.length).fill(-1));
    let reach = -Infinity;
    let reachAt = -1;
    for (let j = i; j < folded.length; j += 1) {
      // The best earlier place, less what the gap since then costs.
      if (i > 0 && j > 0) {
        reach -= gapCost;
        if (best[i - 1]![j - 1]! >= reach) {
          reach = best[i - 1]![j - 1]!;
          reachAt = j - 1;
        }
      }
      if (folded[j] !== wanted[i]) continue;
      const bonus = letterBonus(folded, j);
      if (i === 0) {
        best[0]![j] = bonus - Math.min(j, 5) * gapCost;
        continue;
      }
      const together = j > 0 ? best[i - 1]![j - 1]! + togetherBonus + bonus : -Infinity;
      const apart = reach + bonus;
      best[i]![j] = Math.max(together, apart);
      from[i]![j] = together >= apart ? j - 1 : reachAt;
    }
  }
  const last = best.at(-1)!;
  let at = last.indexOf(Math.max(...last));
  let score = last[at] ?? -Infinity;
  if (score === -Infinity) return undefined;
  const found: number[] = [];
  for (let i = wanted.length - 1; i >= 0; i -= 1) {
    found.unshift(at);
    at = from[i]![at]!;
  }
  if (folded.startsWith(wanted)) score += prefixBonus;
  if (folded === wanted) score += exactBonus;
  return { score: score - folded.length / maxUnits, ranges: joined(found, positions) };
}

function letterBonus(text: string, index: number): number {
  return index === 0 || /[\s\-_./#@(]/.test(text[index - 1]!) ? 1 + wordStartBonus : 1;
}

function joined(found: readonly number[], positions: readonly number[]): { start: number; end: number }[] {
  const ranges: { start: number; end: number }[] = [];
  for (const index of found) {
    const start = positions[index]!;
    const end = positions.slice(index + 1).find((position) => position > start) ?? start + 1;
    const last = ranges.at(-1);
    if (last && last.end >= start) ranges[ranges.length - 1] = { start: last.start, end: Math.max(end, last.end) };
    else ranges.push({ start, end });
  }
  return ranges;
}
