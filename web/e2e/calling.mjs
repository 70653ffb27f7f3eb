// People who call each other: browsers with a camera and a microphone that make up pictures and beeps, and a look into what arrives.
import { Person } from './browser.mjs';

/** Chromium's own test picture and tone instead of devices, nobody asked for permission, a screen chosen by itself. */
export const callFlags = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--auto-select-desktop-capture-source=Entire screen', '--autoplay-policy=no-user-gesture-required', '--disable-features=WebRtcHideLocalIpsWithMdns'];

/** Remembers the page's peer connections and signalling sockets, and can keep new sockets from opening. */
function watchConnections() {
  const { RTCPeerConnection, WebSocket } = globalThis;
  globalThis.peers = [];
  globalThis.callSockets = [];
  globalThis.blocksCallSockets = false;
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...options) {
      super(...options);
      globalThis.peers.push(this);
    }
  };
  globalThis.WebSocket = class extends WebSocket {
    constructor(url, ...rest) {
      const isCall = String(url).includes('/api/call');
      super(isCall && globalThis.blocksCallSockets ? String(url).replace('/api/call', '/api/nowhere') : url, ...rest);
      if (isCall) globalThis.callSockets.push(this);
    }
  };
}

export class Caller extends Person {
  static async arrive(browser, server, options) {
    const person = await super.arrive(browser, server, options);
    await person.page.addInitScript(watchConnections);
    return person;
  }

  /** What has arrived so far: pictures decoded and the energy of sounds, of all connections. */
  received() {
    return this.page.evaluate(async () => {
      let pictures = 0;
      let energy = 0;
      for (const peer of globalThis.peers) {
        if (peer.connectionState === 'closed') continue;
        for (const report of (await peer.getStats()).values()) {
          if (report.type !== 'inbound-rtp') continue;
          if (report.kind === 'video') pictures += report.framesDecoded ?? 0;
          else energy += report.totalAudioEnergy ?? 0;
        }
      }
      return { pictures, energy };
    });
  }

  /** Waits until more pictures, or sounds, have come than there were. */
  async receivesMore(what, limit_ms = 15_000) {
    const before = (await this.received())[what];
    const deadline = Date.now() + limit_ms;
    while ((await this.received())[what] <= before) {
      if (Date.now() > deadline) throw new Error(`no more ${what} after ${before}`);
      await this.page.waitForTimeout(100);
    }
  }

  /** Starts or joins the call of the open room, by its button and the look at the devices. */
  async enterCall(button) {
    await this.page.getByRole('button', { name: button }).first().click();
    await this.page.getByRole('button', { name: /^(Start call|Join call)$/ }).click();
    await this.inCall();
  }

  async inCall() {
    await this.page.locator('[data-call="connected"]').waitFor();
  }

  get ring() {
    return this.page.getByRole('alertdialog');
  }

  /** The tile of a person as this one sees it. */
  tile(name) {
    return this.page.getByRole('group', { name, exact: true });
  }

  press(name) {
    return this.page.getByRole('toolbar', { name: 'Call controls' }).getByRole('button', { name, exact: true }).click();
  }

  /** Breaks the signalling connection and lets no new one come. */
  cutSignalling() {
    return this.page.evaluate(() => {
      globalThis.blocksCallSockets = true;
      for (const socket of globalThis.callSockets) socket.close();
    });
  }

  mendSignalling() {
    return this.page.evaluate(() => {
      globalThis.blocksCallSockets = false;
    });
  }
}
