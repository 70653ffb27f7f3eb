// Turns what the transports throw or carry into a KithError.

import { Code, ConnectError } from '@connectrpc/connect';
import { KithError, type ErrorReason, type RetryRule } from './error';
import { ErrorDetailSchema, Reason, Retry, type Error as WireError, type ErrorDetail } from './gen/kith/v1/errors_pb';

const retryRules: Readonly<Record<Retry, RetryRule>> = {
  [Retry.UNSPECIFIED]: 'never',
  [Retry.NEVER]: 'never',
  [Retry.LATER]: 'later',
  [Retry.AFTER_LOGIN]: 'after-login',
};

/** The reason's name in kebab case; `unknown` for a number this client was not built with. */
export function reasonName(reason: Reason): ErrorReason {
  const name = Reason[reason];
  return name === undefined || reason === Reason.UNSPECIFIED ? 'unknown' : (name.toLowerCase().replaceAll('_', '-') as ErrorReason);
}

function fromDetail(code: string, message: string, detail: ErrorDetail): KithError {
  return new KithError({
    reason: reasonName(detail.reason),
    code,
    message,
    retry: retryRules[detail.retry] ?? 'never',
    retryAfterMs: detail.retryAfterMs,
    field: detail.field,
    requestId: detail.requestId,
  });
}

/** An error as an answer over WebSocket or polling carries it. */
export function fromWireError(error: WireError): KithError {
  if (error.detail) return fromDetail(error.code, error.message, error.detail);
  return new KithError({ reason: 'unknown', code: error.code, message: error.message });
}

/** Whatever a call threw. Failures below HTTP become `offline`, so that callers have one rule for them. */
export function toKithError(thrown: unknown): KithError {
  if (thrown instanceof KithError) return thrown;
  const error = ConnectError.from(thrown);
  const detail = error.findDetails(ErrorDetailSchema)[0];
  const code = Code[error.code].replace(/(?!^)([A-Z])/g, '_$1').toLowerCase();
  if (detail) return fromDetail(code, error.rawMessage, detail);
  switch (error.code) {
    case Code.Canceled:
      return new KithError({ reason: 'cancelled', code, message: error.rawMessage });
    case Code.DeadlineExceeded:
      return new KithError({ reason: 'timeout', code, retry: 'later', message: error.rawMessage });
    case Code.Unauthenticated:
      return new KithError({ reason: 'not-signed-in', code, retry: 'after-login', message: error.rawMessage });
    // A browser's failed fetch arrives as `unknown`; a proxy in front of a stopped server answers 502 to 504, which is `unavailable`.
    case Code.Unavailable:
    case Code.Unknown:
      return new KithError({ reason: 'offline', code: 'unavailable', retry: 'later', message: error.rawMessage });
    default:
      return new KithError({ reason: 'unknown', code, message: error.rawMessage });
  }
}
