import { dispose, SimulateScenarioKind } from '@livekit/rtc-node';
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { CountingProxy } from './counting_proxy.mjs';
import { eventually, House } from './house.mjs';
import { NodeClient } from './node_client.mjs';
import { launchBrowser, PageClient } from './page_client.mjs';

let browser, house, proxy, page, node, sanna, noor;
before(async () => {
  browser = await launchBrowser();
  house = await House.open(['sanna', 'noor'], ['--call-simulation', 'true']);
  [sanna, noor] = ['sanna', 'noor'].map((name) => house.identity(name));
  proxy = await CountingProxy.before(house.server);
  page = await PageClient.open(browser);
  node = new NodeClient();
  const access = await house.access('sanna');
  await page.connect({ ...access, url: proxy.through(access.url) });
  await node.connect(await house.access('noor'));
  await eventually(() => node.room.remoteParticipants.has(sanna));
});
after(async () => {
  await node.close();
  proxy.close();
  await house.close();
  await browser.close();
  await dispose();
});

test('attributes and names travel in both directions', async () => {
  const start = performance.now();
  await page.run(() => globalThis.room.localParticipant.setAttributes({ hand: '17' }));
  await eventually(() => node.room.remoteParticipants.get(sanna).attributes.hand === '17');
  console.log(`attribute seen after ${(performance.now() - start).toFixed(0)} ms`);
  await node.me.setAttributes({ hand: '18' });
  await eventually(() => page.run((noor) => globalThis.room.remoteParticipants.get(noor).attributes.hand === '18', noor));
});

test('a socket that breaks is resumed: nobody sees the person leave, and data arrives once and in order', async () => {
  const count = 30;
  node.data.length = 0;
  const sending = page.run(async (count) => {
    for (let i = 0; i < count; ++i) {
      await globalThis.room.localParticipant.publishData(new TextEncoder().encode(String(i)), { reliable: true, topic: 'count' });
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }, count);
  await new Promise((resolve) => setTimeout(resolve, 500));
  proxy.cut();
  await eventually(async () => (await page.seen()).reconnects > 0, 15_000, 'reconnected');
  await sending;
  await eventually(() => node.data.length >= count);
  assert.deepEqual(node.data.map((one) => one.text), Array.from({ length: count }, (_, i) => String(i)));
  assert.ok(node.room.remoteParticipants.has(sanna));
});

for (const scenario of ['resume-reconnect', 'full-reconnect']) {
  test(`a page survives "${scenario}"`, async () => {
    const before_count = (await page.seen()).reconnects;
    await page.run((scenario) => globalThis.room.simulateScenario(scenario), scenario);
    await eventually(async () => (await page.seen()).reconnects > before_count, 20_000, 'reconnected');
    await page.run(() => globalThis.room.localParticipant.publishData(new TextEncoder().encode('after'), { reliable: true, topic: 'after' }));
    await eventually(() => node.data.filter((one) => one.topic === 'after').length > 0);
    node.data.length = 0;
  });
}

test('rtc-node survives the loss of its socket', async () => {
  await node.room.simulateScenario(SimulateScenarioKind.SIMULATE_SIGNAL_RECONNECT);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  await eventually(() => node.room.isConnected);
  await node.me.publishData(new TextEncoder().encode('node is back'), { reliable: true, topic: 'back' });
  await eventually(async () => (await page.seen()).data.some((one) => one.text === 'node is back'));
});
