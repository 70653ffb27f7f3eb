// The WebSocket `/api/realtime` as a link: binary frames, one ClientFrame or ServerFrame each.

import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { ClientFrameSchema, ServerFrameSchema, type ServerItem } from '../api/gen/kith/v1/sync_pb';
import type { Link, LinkEvents } from './link';

/** Opens the WebSocket. `url`: `ws(s)://…/api/realtime`. */
export function openWebSocketLink(url: string, events: LinkEvents, make: (url: string) => WebSocket = (to) => new WebSocket(to)): Link {
  const socket = make(url);
  socket.binaryType = 'arraybuffer';
  let silent = false;

  const end = (): void => {
    if (silent) return;
    silent = true;
    events.closed(undefined);
  };
  socket.onopen = () => {
    if (!silent) events.opened();
  };
  socket.onmessage = (message: MessageEvent<unknown>) => {
    if (silent || !(message.data instanceof ArrayBuffer)) return;
    let items: readonly ServerItem[];
    try {
      items = fromBinary(ServerFrameSchema, new Uint8Array(message.data)).items;
    } catch {
      // Bytes that are no frame mean that the two sides disagree: a new connection starts clean.
      socket.close();
      end();
      return;
    }
    events.items(items);
  };
  socket.onclose = end;

  return {
    send(frame) {
      if (socket.readyState === socket.OPEN) socket.send(toBinary(ClientFrameSchema, frame));
    },
    close() {
      silent = true;
      socket.close();
    },
  };
}
