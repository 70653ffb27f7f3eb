// A server with people in one room and a call among them: what every test here begins with.
import { Server } from '../e2e/server.mjs';

const password = 'quiet garden ladder';

export class House {
  #tokens = new Map();

  /** `names`: the people, the owner first; all are members of one room in which a call goes on. */
  static async open(names, flags = []) {
    const house = new House();
    house.server = await Server.start(['--media-port', '0', '--media-tcp-port', '0', ...flags]);
    const [owner, ...others] = names;
    const { welcomeRoomId } = await house.#register(owner, { serverName: 'Alder Street' });
    const { token: invitation } = await house.#call(owner, 'AuthService/CreateInvitation', { uses: 20 });
    for (const name of others) await house.#register(name, { invitation });
    house.call = (await house.#call(owner, 'CallService/StartCall', { roomId: welcomeRoomId, video: true })).call;
    return house;
  }

  async #register(name, more) {
    const answer = await this.server.call('AuthService/Register', { username: name, password, displayName: name, deviceName: 'test', ...more });
    this.#tokens.set(name, { session: answer.token, identity: answer.user.id });
    return answer;
  }

  #call(name, method, request) {
    return this.server.call(method, request, this.#tokens.get(name).session);
  }

  identity(name) {
    return this.#tokens.get(name).identity;
  }

  /** How a person reaches the call: `{url, token}`. */
  async access(name) {
    return (await this.#call(name, 'CallService/JoinCall', { callId: this.call.id })).access;
  }

  /** Takes a person out of the call; without people it ends. */
  leave(name) {
    return this.#call(name, 'CallService/LeaveCall', { callId: this.call.id });
  }

  close() {
    return this.server.stop();
  }
}

/** Waits until `claim` gives something true, and returns it. */
export async function eventually(claim, limit_ms = 10_000, what = claim) {
  const deadline = performance.now() + limit_ms;
  for (;;) {
    const value = await claim();
    if (value) return value;
    if (performance.now() > deadline) throw new Error(`it never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
