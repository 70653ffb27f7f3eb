// livekit-client as it is published, in a page of Chromium (firefox.mjs launches the other).
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const executablePath = process.env.KITH_CHROMIUM ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));
const library = createRequire(import.meta.url).resolve('livekit-client');

/** A browser that shows a test picture as its camera, beeps as its microphone, and asks nobody. */
export function launchBrowser() {
  const flags = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream', '--autoplay-policy=no-user-gesture-required', '--disable-features=WebRtcHideLocalIpsWithMdns'];
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', ...flags] });
}

/** Serves the empty page: an origin of its own, so that the server's answers to other origins are tested too. */
const host = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<!doctype html><title>call</title><body>'));
host.listen(0, '127.0.0.1').unref();
await once(host, 'listening');

/** Runs in the page: a room that writes down what happens. */
function prepareRoom(options) {
  const { Room, RoomEvent } = globalThis.LivekitClient;
  const room = new Room(options);
  const seen = { connected: [], disconnected: [], data: [], states: [], speakers: [], reconnects: 0 };
  Object.assign(globalThis, { room, seen });
  room.on(RoomEvent.ParticipantConnected, (who) => seen.connected.push(who.identity));
  room.on(RoomEvent.ParticipantDisconnected, (who) => seen.disconnected.push(who.identity));
  room.on(RoomEvent.ConnectionStateChanged, (state) => seen.states.push(state));
  room.on(RoomEvent.Reconnected, () => ++seen.reconnects);
  room.on(RoomEvent.ActiveSpeakersChanged, (speakers) => seen.speakers.push(speakers.map((who) => who.identity)));
  room.on(RoomEvent.DataReceived, (bytes, from, kind, topic) => seen.data.push({ text: new TextDecoder().decode(bytes), from: from?.identity, topic, kind }));
  room.on(RoomEvent.TrackSubscribed, (track) => document.body.append(track.attach()));
}

export class PageClient {
  /** A page with an empty document and the library; the room is `room` there, what it saw `seen`. */
  static async open(browser, options = {}) {
    const client = new PageClient();
    client.context = await (browser.newContext ? browser.newContext() : browser.createBrowserContext());
    client.page = await client.context.newPage();
    await client.page.goto(`http://127.0.0.1:${host.address().port}/`);
    await client.page.addScriptTag({ path: library });
    await client.page.evaluate(prepareRoom, options);
    return client;
  }

  /** Connects; returns how long that took, in milliseconds, or throws what the library threw. */
  async connect({ url, token }) {
    const { error, took_ms } = await this.page.evaluate(
      async ([url, token]) => {
        const start = performance.now();
        try {
          await globalThis.room.connect(url, token);
          return { took_ms: performance.now() - start };
        } catch (error) {
          return { error: { message: error.message, reason: globalThis.LivekitClient.ConnectionErrorReason[error.reason] }, took_ms: performance.now() - start };
        }
      },
      [url, token],
    );
    if (error) throw Object.assign(new Error(error.message), error, { took_ms });
    return took_ms;
  }

  run(code, argument) {
    return this.page.evaluate(code, argument);
  }

  seen() {
    return this.page.evaluate(() => globalThis.seen);
  }

  /** The statistics of incoming (`inbound-rtp`) or outgoing (`outbound-rtp`) media of a kind. */
  statistics(type, kind) {
    return this.page.evaluate(
      async ([type, kind]) => {
        const { publisher, subscriber } = globalThis.room.engine.pcManager;
        const reports = await (type === 'inbound-rtp' ? subscriber : publisher).getStats();
        return [...reports.values()].filter((report) => report.type === type && report.kind === kind);
      },
      [type, kind],
    );
  }

  async close() {
    await this.context.close();
  }
}
