// Calendar days in the reader's time zone.

/** Days since 1970 on the local calendar. */
export function dayNumber(at_ms: number): number {
  const date = new Date(at_ms);
  return Math.floor(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}

/** How many calendar days `to` lies after `from`; negative if before. */
export function daysBetween(from_ms: number, to_ms: number): number {
  return dayNumber(to_ms) - dayNumber(from_ms);
}

/** The first moment of a day written `YYYY-MM-DD`; undefined if it is none. */
export function startOfDay(text: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return undefined;
  const date = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return date.getMonth() === Number(match[2]) - 1 ? date.getTime() : undefined;
}

/** The local day of a time as `YYYY-MM-DD`. */
export function dayText(at_ms: number): string {
  const date = new Date(at_ms);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;
}
