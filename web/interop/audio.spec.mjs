import { AudioFrame, AudioSource, AudioStream, dispose, LocalAudioTrack, RoomEvent, TrackPublishOptions, TrackSource } from '@livekit/rtc-node';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, House } from './house.mjs';
import { NodeClient } from './node_client.mjs';
import { launchBrowser, PageClient } from './page_client.mjs';

const rate = 48_000;
const frame_ms = 10;

let browser, house, page, node, sanna, noor;
before(async () => {
  browser = await launchBrowser();
  house = await House.open(['sanna', 'noor']);
  [sanna, noor] = ['sanna', 'noor'].map((name) => house.identity(name));
  page = await PageClient.open(browser);
  node = new NodeClient();
  await page.connect(await house.access('sanna'));
  await node.connect(await house.access('noor'));
});
after(async () => {
  await node.close();
  await house.close();
  await browser.close();
  await dispose();
});

/** A microphone that hears a tone until it is stopped. */
class Tone {
  constructor(hertz) {
    this.source = new AudioSource(rate, 1);
    this.playing = this.#play(hertz);
  }

  async #play(hertz) {
    const samples = (rate * frame_ms) / 1000;
    for (let at = 0; !this.stopped; at += samples) {
      const frame = AudioFrame.create(rate, 1, samples);
      for (let i = 0; i < samples; ++i) frame.data[i] = 12_000 * Math.sin((2 * Math.PI * hertz * (at + i)) / rate);
      await this.source.captureFrame(frame);
    }
  }

  async stop() {
    this.stopped = true;
    await this.playing;
  }
}

/** Runs in the page: the loudest frequency of a person's microphone, in hertz; 0 while there is none. */
function loudest(identity) {
  const { Track } = globalThis.LivekitClient;
  const track = globalThis.room.remoteParticipants.get(identity)?.getTrackPublication(Track.Source.Microphone)?.track;
  if (!track) return 0;
  if (globalThis.heard !== track.mediaStreamTrack) {
    globalThis.heard = track.mediaStreamTrack;
    const context = new AudioContext();
    globalThis.analyser = new AnalyserNode(context, { fftSize: 8192 });
    context.createMediaStreamSource(new MediaStream([track.mediaStreamTrack])).connect(globalThis.analyser);
  }
  const { analyser } = globalThis;
  const levels_db = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(levels_db);
  const peak = levels_db.indexOf(Math.max(...levels_db));
  return levels_db[peak] < -60 ? 0 : (peak * analyser.context.sampleRate) / analyser.fftSize;
}

test('a page hears the tone that node plays, and sees who speaks', async () => {
  const tone = new Tone(440);
  const track = LocalAudioTrack.createAudioTrack('tone', tone.source);
  const start = performance.now();
  const publication = await node.me.publishTrack(track, new TrackPublishOptions({ source: TrackSource.SOURCE_MICROPHONE }));
  await eventually(async () => Math.abs((await page.run(loudest, noor)) - 440) < 12, 15_000, 'a peak at 440 Hz');
  console.log(`tone heard after ${(performance.now() - start).toFixed(0)} ms`);
  await eventually(async () => (await page.seen()).speakers.some((speakers) => speakers.includes(noor)), 5000, 'noor speaks');
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const [received] = await page.statistics('inbound-rtp', 'audio');
  console.log(`concealed: ${((100 * received.concealedSamples) / received.totalSamplesReceived).toFixed(2)} %, lost: ${received.packetsLost}`);
  assert.ok(received.packetsReceived > 50);
  assert.ok(received.concealedSamples < received.totalSamplesReceived / 5);
  await node.me.unpublishTrack(publication.sid);
  await eventually(() => page.run((noor) => globalThis.room.remoteParticipants.get(noor).trackPublications.size === 0, noor));
  await tone.stop();
});

test('node hears the microphone of a page', async () => {
  const subscribed = new Promise((resolve) => node.room.once(RoomEvent.TrackSubscribed, resolve));
  await page.run(() => globalThis.room.localParticipant.setMicrophoneEnabled(true));
  const stream = new AudioStream(await subscribed, rate, 1);
  let loudest_sample = 0;
  const deadline = performance.now() + 15_000;
  for await (const frame of stream) {
    for (const sample of frame.data) loudest_sample = Math.max(loudest_sample, Math.abs(sample));
    // Chromium's made-up microphone beeps once a second.
    if (loudest_sample > 1000 || performance.now() > deadline) break;
  }
  assert.ok(loudest_sample > 1000, `loudest: ${loudest_sample}`);
});

test('a microphone may be muted, taken back and published again without end', async () => {
  await page.run(async () => {
    const { localParticipant } = globalThis.room;
    for (let round = 0; round < 20; ++round) {
      await localParticipant.setMicrophoneEnabled(false);
      const publication = await localParticipant.setMicrophoneEnabled(true);
      await localParticipant.unpublishTrack(publication.track);
    }
    await localParticipant.setMicrophoneEnabled(true);
  });
  await eventually(() => {
    const publications = [...node.room.remoteParticipants.get(sanna).trackPublications.values()];
    return publications.length === 1 && publications[0].track !== undefined;
  });
});
