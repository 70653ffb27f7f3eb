// The server's services over same-origin HTTP (Connect, binary). The session is an HttpOnly cookie: no token is ever in a script's hands.

import type { DescService } from '@bufbuild/protobuf';
import { createClient, type Client, type Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-web';
import { toKithError } from './error_from_wire';
import { AuthService } from './gen/kith/v1/auth_pb';
import { MessageService } from './gen/kith/v1/message_pb';
import { RoomService } from './gen/kith/v1/room_pb';
import { SearchService } from './gen/kith/v1/search_pb';
import { UserService } from './gen/kith/v1/user_pb';

/** A slow phone network answers within this; a longer wait only delays the words "no connection". */
const timeoutMs = 20_000;

/** The services. Every method rejects with `KithError` and nothing else. */
export interface Api {
  readonly auth: Client<typeof AuthService>;
  readonly rooms: Client<typeof RoomService>;
  readonly messages: Client<typeof MessageService>;
  readonly users: Client<typeof UserService>;
  readonly search: Client<typeof SearchService>;
}

function clientOf<Service extends DescService>(service: Service, transport: Transport): Client<Service> {
  const client = createClient(service, transport) as Record<string, (...call: unknown[]) => Promise<unknown>>;
  const wrapped: typeof client = {};
  for (const [name, method] of Object.entries(client)) {
    wrapped[name] = async (...call) => {
      try {
        return await method(...call);
      } catch (thrown) {
        throw toKithError(thrown);
      }
    };
  }
  return wrapped as Client<Service>;
}

/** The services over a transport; tests give one made with connect's router. */
export function apiOver(transport: Transport): Api {
  return {
    auth: clientOf(AuthService, transport),
    rooms: clientOf(RoomService, transport),
    messages: clientOf(MessageService, transport),
    users: clientOf(UserService, transport),
    search: clientOf(SearchService, transport),
  };
}

/** The services of the server this page came from. `origin`: scheme, host and port. */
export function createApi(origin: string): Api {
  return apiOver(createConnectTransport({ baseUrl: `${origin}/api`, useBinaryFormat: true, defaultTimeoutMs: timeoutMs }));
}
