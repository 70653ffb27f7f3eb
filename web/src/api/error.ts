// The one error of the client: what the server said, or what kept us from hearing it.

/** The wire's reasons, in kebab case (`REASON_ROOM_NOT_FOUND` → `room-not-found`), and the client's own: no answer, a broken one, or a defect here. */
export type ErrorReason =
  | 'malformed'
  | 'invalid-field'
  | 'too-long'
  | 'missing-field'
  | 'invalid-utf8'
  | 'unknown-method'
  | 'unsupported-media-type'
  | 'bad-cursor'
  | 'empty-query'
  | 'not-signed-in'
  | 'wrong-credentials'
  | 'session-revoked'
  | 'registration-closed'
  | 'invitation-required'
  | 'wrong-origin'
  | 'not-allowed'
  | 'room-not-found'
  | 'user-not-found'
  | 'message-not-found'
  | 'session-not-found'
  | 'invitation-not-found'
  | 'call-not-found'
  | 'name-taken'
  | 'already-member'
  | 'not-member'
  | 'last-owner'
  | 'txn-reused'
  | 'direct-room'
  | 'not-editable'
  | 'call-ended'
  | 'rate-limited'
  | 'login-backoff'
  | 'too-large'
  | 'too-many'
  | 'busy'
  | 'slow-consumer'
  | 'storage-full'
  | 'storage-read-only'
  | 'storage-failed'
  | 'data-damaged'
  | 'shutting-down'
  | 'search-rebuilding'
  | 'internal'
  /** No connection, or it broke before the answer: asking again with the same txn_id is safe. */
  | 'offline'
  /** The server did not answer in time. */
  | 'timeout'
  /** The caller gave up. */
  | 'cancelled'
  /** The server answered with a reason this client does not know. */
  | 'unknown';

/** Whether asking again can help. */
export type RetryRule = 'never' | 'later' | 'after-login';

/** The parts of an error; plain data, so that it can be stored with a failed message. */
export interface ErrorData {
  readonly reason: ErrorReason;
  /** The Connect code, e.g. `not_found`. */
  readonly code: string;
  readonly retry: RetryRule;
  /** How long to wait before asking again; 0 if not said. */
  readonly retryAfterMs: number;
  /** The request's field at fault, as the proto names it; empty if none. */
  readonly field: string;
  /** Names the request in the server's log; empty if it never got there. */
  readonly requestId: string;
  /** One English sentence from the server, for logs; views choose words by `reason`. */
  readonly message: string;
}

/** Why something asked of the server did not happen. */
export class KithError extends Error implements ErrorData {
  readonly reason: ErrorReason;
  readonly code: string;
  readonly retry: RetryRule;
  readonly retryAfterMs: number;
  readonly field: string;
  readonly requestId: string;

  constructor(data: Partial<ErrorData> & Pick<ErrorData, 'reason'>) {
    super(data.message ?? data.reason);
    this.name = 'KithError';
    this.reason = data.reason;
    this.code = data.code ?? 'unknown';
    this.retry = data.retry ?? 'never';
    this.retryAfterMs = data.retryAfterMs ?? 0;
    this.field = data.field ?? '';
    this.requestId = data.requestId ?? '';
  }

  /** The error as plain data. */
  data(): ErrorData {
    const { reason, code, retry, retryAfterMs, field, requestId, message } = this;
    return { reason, code, retry, retryAfterMs, field, requestId, message };
  }
}

/** The connection is not there or broke. */
export function offlineError(message = 'not connected'): KithError {
  return new KithError({ reason: 'offline', code: 'unavailable', retry: 'later', message });
}
