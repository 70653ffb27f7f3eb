import { dispose } from '@livekit/rtc-node';
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { CountingProxy } from './counting_proxy.mjs';
import { eventually, House } from './house.mjs';
import { NodeClient } from './node_client.mjs';
import { launchBrowser, PageClient } from './page_client.mjs';

let browser, house;
before(async () => {
  browser = await launchBrowser();
  house = await House.open(['sanna', 'noor', 'imre']);
});
after(async () => {
  await house.close();
  await browser.close();
  await dispose();
});

/** The same claims under a key that is not the server's. */
function forged(token) {
  const signed = token.split('.').slice(0, 2).join('.');
  return `${signed}.${createHmac('sha256', 'some other key').update(signed).digest('base64url')}`;
}

test('a page with a forged token is refused once and for all within a second', async (t) => {
  const page = await PageClient.open(browser);
  const proxy = await CountingProxy.before(house.server);
  t.after(() => proxy.close());
  const { url, token } = await house.access('noor');
  const error = await page.connect({ url: proxy.through(url), token: forged(token) }).catch((thrown) => thrown);
  assert.equal(error.reason, 'NotAllowed', String(error));
  assert.ok(error.took_ms < 1000, `${error.took_ms} ms`);
  const upgrades = proxy.requests.filter((request) => request.endsWith('/rtc'));
  assert.deepEqual(upgrades, ['GET /api/call/rtc'], proxy.requests.join(', '));
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.ok(proxy.requests.length <= 4, proxy.requests.join(', '));
  await page.close();
});

test('rtc-node with a forged token is refused once and for all within a second', async (t) => {
  const node = new NodeClient();
  const proxy = await CountingProxy.before(house.server);
  t.after(() => proxy.close());
  const { url, token } = await house.access('noor');
  const start = performance.now();
  await assert.rejects(node.connect({ url: proxy.through(url), token: forged(token) }));
  assert.ok(performance.now() - start < 1000);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(proxy.requests.filter((request) => request.endsWith('/rtc')), ['GET /api/call/rtc'], proxy.requests.join(', '));
});

test('both clients fall back from the newer path by themselves', async (t) => {
  for (const client of [await PageClient.open(browser), new NodeClient()]) {
    const proxy = await CountingProxy.before(house.server);
    t.after(() => proxy.close());
    const { url, token } = await house.access('noor');
    const took_ms = await client.connect({ url: proxy.through(url), token });
    console.log(`${client.constructor.name} connected in ${took_ms.toFixed(0)} ms`);
    assert.equal(proxy.requests[0], 'GET /api/call/rtc/v1');
    assert.equal(proxy.requests.filter((request) => request === 'GET /api/call/rtc').length, 1, proxy.requests.join(', '));
    await client.close();
    }
});

test('a call that has ended is not found, and the page does not loop', async (t) => {
  const other = await House.open(['sanna']);
  const page = await PageClient.open(browser);
  const proxy = await CountingProxy.before(other.server);
  t.after(() => Promise.all([proxy.close(), other.close()]));
  const { url, token } = await other.access('sanna');
  await other.leave('sanna');
  await assert.rejects(page.connect({ url: proxy.through(url), token }));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  assert.ok(proxy.requests.length <= 4, `${proxy.requests.length} requests: ${proxy.requests.slice(0, 8).join(', ')}`);
  await page.close();
});

test('clients of both kinds see each other come and go', async () => {
  const page = await PageClient.open(browser);
  const node = new NodeClient();
  await page.connect(await house.access('sanna'));
  await node.connect(await house.access('noor'));
  const [sanna, noor] = [house.identity('sanna'), house.identity('noor')];
  await eventually(async () => (await page.seen()).connected.includes(noor), 500);
  await eventually(() => node.room.remoteParticipants.has(sanna), 500);
  assert.equal(await page.run(() => globalThis.room.localParticipant.identity), sanna);

  const start = performance.now();
  await node.close();
  assert.ok(performance.now() - start < 1000, 'rtc-node waits for the end of its socket');
  await eventually(async () => (await page.seen()).disconnected.includes(noor));
  const left_ms = await page.run(async () => {
    const begun = performance.now();
    await globalThis.room.disconnect();
    return performance.now() - begun;
  });
  assert.ok(left_ms < 200, `${left_ms} ms`);
  await page.close();
});

test('a second device of a person takes the place of the first', async () => {
  const [first, second] = [await PageClient.open(browser), await PageClient.open(browser)];
  await first.connect(await house.access('imre'));
  await second.connect(await house.access('imre'));
  await eventually(async () => (await first.seen()).states.includes('disconnected'));
  assert.equal(await second.run(() => globalThis.room.state), 'connected');
  await first.close();
  await second.close();
});
