// @livekit/rtc-node as it is published: libwebrtc in this process.
import { Room, RoomEvent } from '@livekit/rtc-node';

export class NodeClient {
  room = new Room();
  data = [];
  connected = [];

  constructor() {
    this.room.on(RoomEvent.ParticipantConnected, (who) => this.connected.push(who.identity));
    this.room.on(RoomEvent.DataReceived, (bytes, from, kind, topic) => this.data.push({ text: new TextDecoder().decode(bytes), from: from?.identity, topic, kind }));
  }

  /** Connects; returns how long that took, in milliseconds. */
  async connect({ url, token }) {
    const start = performance.now();
    await this.room.connect(url, token, { autoSubscribe: true, dynacast: true });
    return performance.now() - start;
  }

  get me() {
    return this.room.localParticipant;
  }

  close() {
    return this.room.disconnect();
  }
}
