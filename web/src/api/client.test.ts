import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, createRouterTransport } from '@connectrpc/connect';
import { describe, expect, it } from 'vitest';
import { apiOver } from './client';
import { KithError } from './error';
import { fromWireError, reasonName, toKithError } from './error_from_wire';
import { AuthService } from './gen/kith/v1/auth_pb';
import { ErrorDetailSchema, ErrorSchema, Reason, Retry } from './gen/kith/v1/errors_pb';

describe('the API client', () => {
  it('turns a Connect error with our detail into one KithError', async () => {
    const api = apiOver(
      createRouterTransport(({ service }) => {
        service(AuthService, {
          login() {
            const detail = { reason: Reason.LOGIN_BACKOFF, retry: Retry.LATER, retryAfterMs: 3000, field: 'password', requestId: 'r7' };
            throw new ConnectError('wait', Code.ResourceExhausted, undefined, [{ desc: ErrorDetailSchema, value: detail }]);
          },
        });
      }),
    );
    const error = await api.auth.login({ username: 'ada' }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KithError);
    expect((error as KithError).data()).toEqual({
      reason: 'login-backoff',
      code: 'resource_exhausted',
      retry: 'later',
      retryAfterMs: 3000,
      field: 'password',
      requestId: 'r7',
      message: 'wait',
    });
  });

  it('says offline when the network failed, so that a send is tried again', () => {
    const error = toKithError(new TypeError('Failed to fetch'));
    expect([error.reason, error.retry]).toEqual(['offline', 'later']);
  });

  it('reads the same error from a WebSocket answer', () => {
    const error = fromWireError(
      create(ErrorSchema, { code: 'not_found', message: 'no', detail: { reason: Reason.ROOM_NOT_FOUND, retry: Retry.NEVER } }),
    );
    expect([error.reason, error.code, error.retry]).toEqual(['room-not-found', 'not_found', 'never']);
  });

  it('calls a reason from a newer server unknown', () => {
    expect(reasonName(9999 as Reason)).toBe('unknown');
  });
});
