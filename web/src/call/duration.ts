// How long calls last, as people read it.

/** `24:18`, `1:04:09`: a running call. */
export function clockTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

/** `3 min 40 s`, `1 h 24 min`, `52 min`: a call that is over, in the units of `language` (BCP 47). */
export function spokenTime(ms: number, language: string): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  const part = (value: number, unit: 'hour' | 'minute' | 'second'): string => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  if (hours > 0) return minutes > 0 ? `${part(hours, 'hour')} ${part(minutes, 'minute')}` : part(hours, 'hour');
  if (minutes >= 20) return part(minutes, 'minute');
  const rest = seconds % 60;
  if (minutes === 0) return part(rest, 'second');
  return rest > 0 ? `${part(minutes, 'minute')} ${part(rest, 'second')}` : part(minutes, 'minute');
}
