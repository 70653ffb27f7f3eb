// What went wrong in plain words: chosen by the error's reason, never the server's English sentence.
import type { Translate } from '../i18n';
import { KithError } from '../api/error';

/** The sentence for an error; anything that is none of ours counts as a defect. */
export function errorText(t: Translate, error: unknown): string {
  if (!(error instanceof KithError)) return t('error.internal');
  switch (error.reason) {
    case 'name-taken':
      return t('error.nameTaken');
    case 'missing-field':
      return t('error.required');
    case 'too-long':
      return t('error.tooLong');
    case 'wrong-credentials':
      return t('error.passwordWrong');
    case 'login-backoff':
      return t('error.loginBackoff', { n: Math.max(1, Math.ceil(error.retryAfterMs / 1000)) });
    case 'registration-closed':
      return t('error.registrationClosed');
    case 'invitation-required':
    case 'invitation-not-found':
      return t('error.invitation');
    case 'not-allowed':
      return t('error.notAllowed');
    case 'room-not-found':
      return t('error.roomNotFound');
    case 'user-not-found':
      return t('error.userNotFound');
    case 'message-not-found':
      return t('error.messageNotFound');
    case 'already-member':
      return t('error.alreadyMember');
    case 'not-member':
      return t('error.notMember');
    case 'last-owner':
      return t('error.lastOwner');
    case 'too-many':
    case 'too-large':
      return t('error.tooMany');
    case 'rate-limited':
      return t('error.rateLimited');
    case 'storage-full':
      return t('error.storageFull');
    case 'storage-read-only':
    case 'storage-failed':
      return t('error.storageReadOnly');
    case 'busy':
    case 'shutting-down':
    case 'slow-consumer':
      return t('error.busy');
    case 'search-rebuilding':
      return t('error.rebuilding');
    case 'empty-query':
      return t('error.emptyQuery');
    case 'offline':
      return t('error.offline');
    case 'timeout':
      return t('error.timeout');
    case 'call-ended':
    case 'call-not-found':
      return t('error.callEnded');
    case 'not-editable':
      return t('error.notEditable');
    case 'malformed':
    case 'invalid-field':
    case 'invalid-utf8':
    case 'direct-room':
      return t('error.invalid');
    default:
      return error.requestId ? t('error.internalRequest', { request: error.requestId }) : t('error.internal');
  }
}

/** True if the error is about this field of the request. */
export function concernsField(error: unknown, ...fields: string[]): boolean {
  return error instanceof KithError && fields.includes(error.field);
}

/** True if the error has one of these reasons. */
export function hasReason(error: unknown, ...reasons: KithError['reason'][]): boolean {
  return error instanceof KithError && reasons.includes(error.reason);
}
