// Calls in words: what one was, who was in it, what went wrong.
import type { CallNotice, DeviceProblem } from '../../call/session';
import { derived, sameList, type Signal } from '../../base/signal';
import type { MessageKey, Translate } from '../../i18n';
import type { AppModel, Call, CallStory, Person, UserId } from '../../state/types';
import type { IconName } from '../../ui/icons';

/** The name, or a word for somebody whose name is not known yet. */
export function nameOf(t: Translate, person: Person): string {
  return person.displayName || t('common.unknownPerson');
}

/** People in one signal, for lists of names that change with them. */
export function peopleOf(app: AppModel, userIds: readonly UserId[]): Signal<readonly Person[]> {
  return derived(userIds.map((userId) => app.people.person(userId)), (...people): readonly Person[] => people, sameList);
}

/** First names where they are enough to tell people apart, full names where not. */
export function shortNames(t: Translate, people: readonly Person[]): ReadonlyMap<UserId, string> {
  const first = (person: Person): string => nameOf(t, person).split(/\s+/u)[0] ?? '';
  const counts = new Map<string, number>();
  for (const person of people) counts.set(first(person), (counts.get(first(person)) ?? 0) + 1);
  return new Map(people.map((person) => [person.id, counts.get(first(person)) === 1 ? first(person) : nameOf(t, person)]));
}

/** `Idris, Ada and Tomás`, or `Idris, Marta, Noor and 3 others`. `all`: how many there are, also those not named. */
export function listNames(t: Translate, names: readonly string[], all: number, language: string, most = 4): string {
  if (names.length === 0) return t('call.people', { n: all });
  if (all <= most && all <= names.length) return new Intl.ListFormat(language, { type: 'conjunction' }).format(names);
  const shown = names.slice(0, most - 1);
  return t('calls.andOthers', { names: shown.join(', '), n: Math.max(1, all - shown.length) });
}

const storyKeys = {
  'you-called': 'calls.youCalled',
  'called-you': 'calls.calledYou',
  'no-answer': 'calls.noAnswer',
  'they-declined': 'calls.theyDeclined',
  'you-declined': 'calls.youDeclined',
  'you-cancelled': 'calls.youCancelled',
} as const satisfies Partial<Record<CallStory, MessageKey>>;

/** What a direct call was, for the history. */
export function storyWords(t: Translate, story: Exclude<CallStory, 'ongoing' | 'group'>, video: boolean): string {
  return story === 'missed' ? t(video ? 'calls.missedVideo' : 'calls.missedVoice') : t(storyKeys[story]);
}

/** The picture that goes with it. */
export function storyIcon(story: CallStory, video: boolean): IconName {
  switch (story) {
    case 'missed':
      return 'phone-missed';
    case 'called-you':
    case 'you-declined':
      return 'phone-in';
    case 'you-called':
    case 'no-answer':
    case 'they-declined':
    case 'you-cancelled':
      return 'phone-out';
    case 'ongoing':
    case 'group':
      return video ? 'video' : 'phone';
  }
}

const microphoneKeys = { denied: 'trouble.microphone.denied', missing: 'trouble.microphone.missing', busy: 'trouble.microphone.busy', failed: 'trouble.microphone.failed' } as const satisfies Record<DeviceProblem, MessageKey>;
const cameraKeys = { denied: 'trouble.camera.denied', missing: 'trouble.camera.missing', busy: 'trouble.camera.busy', failed: 'trouble.camera.failed' } as const satisfies Record<DeviceProblem, MessageKey>;

/** Why a device does not work, and what to do. */
export function deviceWords(t: Translate, device: 'microphone' | 'camera' | 'screen', problem: DeviceProblem): string {
  return t(device === 'microphone' ? microphoneKeys[problem] : device === 'camera' ? cameraKeys[problem] : 'trouble.screen');
}

export function noticeWords(t: Translate, notice: CallNotice): string {
  switch (notice.kind) {
    case 'reconnecting':
      return t('call.reconnecting');
    case 'silent':
      return t('call.soundBlocked');
    case 'slow':
      return t(notice.camera ? 'call.slow' : 'call.slowVoice');
    case 'device':
      return deviceWords(t, notice.device, notice.problem);
  }
}

/** Who was in a call besides me, those still in it only while it goes on. */
export function othersIn(call: Call, me: UserId | undefined): readonly UserId[] {
  return call.participants.filter((part) => part.userId !== me && (call.state === 'ended' || part.leftAt === undefined)).map((part) => part.userId);
}
