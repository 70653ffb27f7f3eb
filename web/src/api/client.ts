// The server's services over same-origin HTTP: the Connect unary protocol, binary. The session is an HttpOnly cookie, so no token
// is ever in a script's hands. A POST of one message is all the protocol there is; a library for it would be a tenth of our budget.

import { create, fromBinary, toBinary, type DescMethodUnary, type DescService, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf';
import { KithError, offlineError } from './error';
import { fromConnectJson } from './error_from_wire';
import { AdminService } from './gen/kith/v1/admin_pb';
import { AuthService } from './gen/kith/v1/auth_pb';
import { CallService } from './gen/kith/v1/call_pb';
import { MessageService } from './gen/kith/v1/message_pb';
import { RoomService } from './gen/kith/v1/room_pb';
import { SearchService } from './gen/kith/v1/search_pb';
import { UserService } from './gen/kith/v1/user_pb';

/** A slow phone network answers within this; a longer wait only delays the words "no connection". */
const timeoutMs = 20_000;

/** A service as methods. Every method rejects with `KithError` and nothing else. */
export type Client<Service extends DescService> = {
  readonly [Method in keyof Service['method']]: Service['method'][Method] extends DescMethodUnary<infer Input, infer Output>
    ? (request: MessageInitShape<Input>) => Promise<MessageShape<Output>>
    : never;
};

/** The services. */
export interface Api {
  readonly admin: Client<typeof AdminService>;
  readonly auth: Client<typeof AuthService>;
  readonly calls: Client<typeof CallService>;
  readonly rooms: Client<typeof RoomService>;
  readonly messages: Client<typeof MessageService>;
  readonly users: Client<typeof UserService>;
  readonly search: Client<typeof SearchService>;
}

/** As much of `fetch` as is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Posts protobuf bytes and answers with those of the answer; rejects with KithError. `signal` gives it up. */
export async function postProto(fetch: Fetch, url: string, body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const headers = { 'content-type': 'application/proto', 'connect-protocol-version': '1' };
    const response = await fetch(url, { method: 'POST', headers, body, signal, credentials: 'same-origin', cache: 'no-store' });
    if (!response.ok) throw fromConnectJson(response.status, await response.text());
    return new Uint8Array(await response.arrayBuffer());
  } catch (thrown) {
    if (thrown instanceof KithError) throw thrown;
    const name = thrown instanceof Error ? thrown.name : '';
    if (name === 'TimeoutError') throw new KithError({ reason: 'timeout', code: 'deadline_exceeded', retry: 'later' });
    if (name === 'AbortError') throw new KithError({ reason: 'cancelled', code: 'canceled' });
    throw offlineError(String(thrown));
  }
}

function clientOf<Service extends DescService>(service: Service, fetch: Fetch, base: string): Client<Service> {
  const call = async (method: DescMethodUnary, request: MessageInitShape<DescMethodUnary['input']>): Promise<unknown> => {
    const body = toBinary(method.input, create(method.input, request)) as Uint8Array<ArrayBuffer>;
    const answer = await postProto(fetch, `${base}/${service.typeName}/${method.name}`, body, AbortSignal.timeout(timeoutMs));
    try {
      return fromBinary(method.output, answer);
    } catch {
      throw new KithError({ reason: 'unknown', message: 'the answer is not what was asked for' });
    }
  };
  const methods = service.methods.map((method) => [method.localName, (request: MessageInitShape<DescMethodUnary['input']>) => call(method as DescMethodUnary, request)]);
  return Object.fromEntries(methods) as Client<Service>;
}

/** The services of the server at `origin` (scheme, host and port). */
export function createApi(origin: string, fetch: Fetch = (url, init) => globalThis.fetch(url, init)): Api {
  const base = `${origin}/api`;
  return {
    admin: clientOf(AdminService, fetch, base),
    auth: clientOf(AuthService, fetch, base),
    calls: clientOf(CallService, fetch, base),
    rooms: clientOf(RoomService, fetch, base),
    messages: clientOf(MessageService, fetch, base),
    users: clientOf(UserService, fetch, base),
    search: clientOf(SearchService, fetch, base),
  };
}
