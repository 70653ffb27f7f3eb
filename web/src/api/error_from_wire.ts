// Turns the errors of the wire into KithErrors.

import { fromBinary } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import { KithError, offlineError, type ErrorReason, type RetryRule } from './error';
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

/** An error as an answer over WebSocket or polling carries it. */
export function fromWireError(error: WireError): KithError {
  if (error.detail) return fromDetail(error.code, error.message, error.detail);
  return new KithError({ reason: 'unknown', code: error.code, message: error.message });
}

/** An error as HTTP carries it: the Connect error object. `status`: the HTTP status, for answers that are no such object. */
export function fromConnectJson(status: number, body: string): KithError {
  try {
    const { code = '', message = '', details = [] } = JSON.parse(body) as ConnectErrorJson;
    const detail = details.find((candidate) => candidate.type === ErrorDetailSchema.typeName);
    if (detail?.value !== undefined) return fromDetail(code, message, fromBinary(ErrorDetailSchema, base64Decode(detail.value)));
  } catch {
    // Not ours: something between us and the server answered.
  }
  if (status === 401) return new KithError({ reason: 'not-signed-in', code: 'unauthenticated', retry: 'after-login' });
  // A proxy in front of a stopped server, or one that asks for patience.
  if (status === 429 || status >= 500) return offlineError(`HTTP ${status}`);
  return new KithError({ reason: 'unknown', message: `HTTP ${status}` });
}

interface ConnectErrorJson {
  readonly code?: string;
  readonly message?: string;
  readonly details?: readonly { readonly type?: string; readonly value?: string }[];
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
