import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually, House } from './house.mjs';
import { launchBrowser, PageClient } from './page_client.mjs';

let browser, house, publisher, viewer, sanna;
before(async () => {
  browser = await launchBrowser();
  house = await House.open(['sanna', 'noor']);
  sanna = house.identity('sanna');
  publisher = await PageClient.open(browser, { dynacast: true });
  viewer = await PageClient.open(browser, { adaptiveStream: false });
  await publisher.connect(await house.access('sanna'));
  await viewer.connect(await house.access('noor'));
});
after(async () => {
  await house.close();
  await browser.close();
});

async function incoming() {
  return (await viewer.statistics('inbound-rtp', 'video')).find((report) => report.framesDecoded > 0);
}

async function seesWidth(width) {
  const start = performance.now();
  await eventually(async () => (await incoming())?.frameWidth === width, 20_000, `a picture ${width} wide`).catch(async (error) => {
    const sent = (await publisher.statistics('outbound-rtp', 'video')).map(({ rid, frameWidth, active, framesPerSecond }) => ({ rid, frameWidth, active, framesPerSecond }));
    throw new Error(`${error.message}; it is ${(await incoming())?.frameWidth}; sent: ${JSON.stringify(sent)}`);
  });
  console.log(`${width} wide after ${(performance.now() - start).toFixed(0)} ms`);
}

function setQuality(quality) {
  return viewer.run(([sanna, quality]) => {
    const { Track, VideoQuality } = globalThis.LivekitClient;
    globalThis.room.remoteParticipants.get(sanna).getTrackPublication(Track.Source.Camera).setVideoQuality(VideoQuality[quality]);
  }, [sanna, quality]);
}

test('the second page sees the camera of the first', async () => {
  const start = performance.now();
  await publisher.run(() => globalThis.room.localParticipant.setCameraEnabled(true));
  await eventually(incoming, 15_000, 'a decoded picture');
  console.log(`first picture after ${(performance.now() - start).toFixed(0)} ms`);
  const before_frames = (await incoming()).framesDecoded;
  await eventually(async () => (await incoming()).framesDecoded > before_frames + 10);
});

test('the viewer chooses the size of the picture', async () => {
  await seesWidth(1280);
  await setQuality('LOW');
  await seesWidth(320);
  await setQuality('MEDIUM');
  await seesWidth(640);
  await setQuality('HIGH');
  await seesWidth(1280);
});

test('layers nobody watches are not sent', async () => {
  await setQuality('LOW');
  await eventually(
    async () => {
      const sent = await publisher.statistics('outbound-rtp', 'video');
      return sent.length === 3 && sent.filter((layer) => layer.active).length === 1;
    },
    15_000,
    'one layer of three is active',
  );
  await setQuality('HIGH');
  await seesWidth(1280);
});

test('a page that adapts asks for what its element shows', async () => {
  const adaptive = await PageClient.open(browser, { adaptiveStream: { pixelDensity: 1 } });
  await adaptive.connect(await house.access('noor'));
  const width = async () => (await adaptive.statistics('inbound-rtp', 'video')).find((report) => report.framesDecoded > 0)?.frameWidth;
  const resize = (pixels) =>
    adaptive.run((pixels) => {
      const element = document.querySelector('video');
      element.style.width = `${pixels}px`;
      element.style.height = `${(pixels * 9) / 16}px`;
    }, pixels);
  await eventually(() => adaptive.run(() => document.querySelector('video') !== null));
  await resize(200);
  await eventually(async () => (await width()) === 320, 15_000, 'small');
  await resize(1200);
  await eventually(async () => (await width()) === 1280, 20_000, 'large');
  assert.equal(await adaptive.run(() => globalThis.room.state), 'connected');
  await adaptive.close();
});
