import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { base64Encode } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { createApi, type Fetch } from './client';
import { KithError } from './error';
import { fromWireError, reasonName } from './error_from_wire';
import { LoginRequestSchema, LoginResponseSchema } from './gen/kith/v1/auth_pb';
import { ErrorDetailSchema, ErrorSchema, Reason, Retry } from './gen/kith/v1/errors_pb';

async function failure(fetch: Fetch): Promise<KithError> {
  const error = await createApi('https://chat.example', fetch)
    .auth.login({ username: 'ada' })
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(KithError);
  return error as KithError;
}

describe('the API client', () => {
  it('posts binary to the method, with the cookie of this origin only', async () => {
    const seen: { url: string; init: RequestInit }[] = [];
    const api = createApi('https://chat.example', (url, init) => {
      seen.push({ url, init });
      return Promise.resolve(new Response(toBinary(LoginResponseSchema, create(LoginResponseSchema, { user: { id: 'u1' } })) as Uint8Array<ArrayBuffer>));
    });
    const { user } = await api.auth.login({ username: 'ada', password: 'secret' });
    expect(user?.id).toBe('u1');
    expect(seen[0]!.url).toBe('https://chat.example/api/kith.v1.AuthService/Login');
    expect(seen[0]!.init).toMatchObject({ method: 'POST', credentials: 'same-origin', headers: { 'content-type': 'application/proto' } });
    expect(fromBinary(LoginRequestSchema, seen[0]!.init.body as Uint8Array)).toMatchObject({ username: 'ada', password: 'secret' });
  });

  it('turns a Connect error with our detail into one KithError', async () => {
    const detail = create(ErrorDetailSchema, { reason: Reason.LOGIN_BACKOFF, retry: Retry.LATER, retryAfterMs: 3000, field: 'password', requestId: 'r7' });
    const value = base64Encode(toBinary(ErrorDetailSchema, detail), 'std_raw');
    const body = JSON.stringify({ code: 'resource_exhausted', message: 'wait', details: [{ type: 'kith.v1.ErrorDetail', value }] });
    const error = await failure(() => Promise.resolve(new Response(body, { status: 429 })));
    expect(error.data()).toEqual({
      reason: 'login-backoff',
      code: 'resource_exhausted',
      retry: 'later',
      retryAfterMs: 3000,
      field: 'password',
      requestId: 'r7',
      message: 'wait',
    });
  });

  it('says offline when the network or a proxy failed, so that a send is tried again', async () => {
    for (const fetch of [() => Promise.reject(new TypeError('Failed to fetch')), () => Promise.resolve(new Response('<html>', { status: 502 }))]) {
      expect(await failure(fetch)).toMatchObject({ reason: 'offline', retry: 'later' });
    }
  });

  it('asks for a login when a proxy says 401', async () => {
    expect(await failure(() => Promise.resolve(new Response('', { status: 401 })))).toMatchObject({ reason: 'not-signed-in', retry: 'after-login' });
  });

  it('says timeout when there is no answer in time', async () => {
    expect(await failure(() => Promise.reject(new DOMException('', 'TimeoutError')))).toMatchObject({ reason: 'timeout', retry: 'later' });
  });

  it('does not take a page for an answer', async () => {
    expect(await failure(() => Promise.resolve(new Response('<!doctype html>')))).toMatchObject({ reason: 'unknown', retry: 'never' });
  });

  it('reads the same error from a WebSocket answer', () => {
    const error = fromWireError(create(ErrorSchema, { code: 'not_found', message: 'no', detail: { reason: Reason.ROOM_NOT_FOUND, retry: Retry.NEVER } }));
    expect([error.reason, error.code, error.retry]).toEqual(['room-not-found', 'not_found', 'never']);
  });

  it('calls a reason from a newer server unknown', () => {
    expect(reasonName(9999 as Reason)).toBe('unknown');
  });
});
