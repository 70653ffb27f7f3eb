// How calls are made, from the settings.

import type { CallPreferences } from '../call/session';
import { derived, sameFields, type Signal } from '../base/signal';
import type { SettingsModel } from './types';

export function callPreferences(settings: SettingsModel): Signal<CallPreferences> {
  return derived(
    [settings.value('microphoneId'), settings.value('cameraId'), settings.value('speakerId'), settings.value('noiseSuppression'), settings.value('pushToTalk')],
    (microphoneId, cameraId, speakerId, noiseSuppression, pushToTalk): CallPreferences => ({ microphoneId, cameraId, speakerId, noiseSuppression, pushToTalk }),
    sameFields,
  );
}
