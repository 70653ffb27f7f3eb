// Times as people say them, in their language and clock. One signal of functions, so that a change of language redraws.
import { derived, type Signal } from '../base/signal';
import { language, t } from '../i18n';
import type { SettingValues } from '../state/types';
import { dayNumber, daysBetween } from './days';

export interface Formats {
  /** `10:52` */
  time(at: number): string;
  /** `Friday 20 November`, with the year if it is another one. */
  day(at: number): string;
  /** The divider of a day: `Today, Friday 20 November`. */
  dayDivider(at: number): string;
  /** `20 Nov` or `3 Dec 2025`. */
  shortDay(at: number): string;
  /** For lists: `10:52` today, `Thu` this week, then the day. */
  listTime(at: number): string;
  /** For hits and details: `Today 10:38`, `Wed 18 Nov`, `3 Dec 2025`. */
  moment(at: number): string;
  /** For tooltips: day and time in full. */
  full(at: number): string;
  /** `20 minutes ago`, `yesterday`. */
  ago(at: number): string;
}

function relative(format: Intl.RelativeTimeFormat, at: number, now: number): string {
  const minutes = Math.round((at - now) / 60_000);
  if (Math.abs(minutes) < 60) return format.format(Math.min(0, minutes), 'minute');
  const days = daysBetween(now, at);
  if (days === 0 || minutes > -12 * 60) return format.format(Math.round(minutes / 60), 'hour');
  if (days > -30) return format.format(days, 'day');
  return days > -365 ? format.format(Math.round(days / 30), 'month') : format.format(Math.round(days / 365), 'year');
}

function makeFormats(tag: string, timeFormat: SettingValues['timeFormat']): Formats {
  const clock: Intl.DateTimeFormatOptions = timeFormat === 'system' ? {} : { hourCycle: timeFormat === '12' ? 'h12' : 'h23' };
  // The interface is in the chosen language, but the region's habits (12 or 24 hours, order of day and month) are the browser's.
  const region = navigator.languages.find((one) => one.split('-')[0] === tag) ?? (tag === 'en' ? 'en-GB' : tag);
  const make = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => new Intl.DateTimeFormat(region, options);
  const time = make({ hour: '2-digit', minute: '2-digit', ...clock });
  const weekday = make({ weekday: 'short' });
  const day = make({ weekday: 'long', day: 'numeric', month: 'long' });
  const dayYear = make({ weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' });
  const short = make({ day: 'numeric', month: 'short' });
  const shortWeekday = make({ weekday: 'short', day: 'numeric', month: 'short' });
  const shortYear = make({ day: 'numeric', month: 'short', year: 'numeric' });
  const full = make({ dateStyle: 'full', timeStyle: 'short', ...clock });
  const since = new Intl.RelativeTimeFormat(region, { numeric: 'auto' });
  const thisYear = (at: number): boolean => new Date(at).getFullYear() === new Date().getFullYear();
  const dayName = (at: number): string => (thisYear(at) ? day : dayYear).format(at);
  return {
    time: (at) => time.format(at),
    day: dayName,
    dayDivider: (at) => {
      const days = daysBetween(Date.now(), at);
      if (days === 0) return t.get()('room.today', { day: dayName(at) });
      return days === -1 ? t.get()('room.yesterday', { day: dayName(at) }) : dayName(at);
    },
    shortDay: (at) => (thisYear(at) ? short : shortYear).format(at),
    listTime: (at) => {
      const days = daysBetween(Date.now(), at);
      if (days === 0) return time.format(at);
      if (days > -7 && days < 0) return weekday.format(at);
      return (thisYear(at) ? short : shortYear).format(at);
    },
    moment: (at) => {
      if (dayNumber(at) === dayNumber(Date.now())) return time.format(at);
      return (thisYear(at) ? shortWeekday : shortYear).format(at);
    },
    full: (at) => full.format(at),
    ago: (at) => relative(since, at, Date.now()),
  };
}

/** The formats for the language and the clock now. */
export function createFormats(timeFormat: Signal<SettingValues['timeFormat']>): Signal<Formats> {
  return derived([language, timeFormat], (tag, choice) => makeFormats(tag, choice));
}
