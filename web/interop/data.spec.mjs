import { dispose } from '@livekit/rtc-node';
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { eventually, House } from './house.mjs';
import { NodeClient } from './node_client.mjs';
import { launchBrowser, PageClient } from './page_client.mjs';

const megabytes5 = 5 * 1024 * 1024;

let browser, house, page, node, listener, sanna, noor, imre;
before(async () => {
  browser = await launchBrowser();
  house = await House.open(['sanna', 'noor', 'imre']);
  [sanna, noor, imre] = ['sanna', 'noor', 'imre'].map((name) => house.identity(name));
  page = await PageClient.open(browser);
  listener = await PageClient.open(browser);
  node = new NodeClient();
  await page.connect(await house.access('sanna'));
  await node.connect(await house.access('noor'));
  await listener.connect(await house.access('imre'));
  await eventually(async () => node.room.remoteParticipants.size === 2 && (await page.seen()).connected.length === 2);
});
after(async () => {
  await node.close();
  await house.close();
  await browser.close();
  await dispose();
});

function publishFromPage(text, options) {
  return page.run(([text, options]) => globalThis.room.localParticipant.publishData(new TextEncoder().encode(text), options), [text, options]);
}

for (const reliable of [true, false]) {
  test(`${reliable ? 'reliable' : 'lossy'} data reaches everybody else, with its sender's name`, async () => {
    const topic = `to all ${reliable}`;
    await publishFromPage('from the page', { reliable, topic });
    await node.me.publishData(new TextEncoder().encode('from node'), { reliable, topic });
    const ofTopic = (data) => data.filter((one) => one.topic === topic).map(({ text, from }) => ({ text, from }));
    await eventually(() => ofTopic(node.data).length === 1);
    assert.deepEqual(ofTopic(node.data), [{ text: 'from the page', from: sanna }]);
    await eventually(async () => ofTopic((await page.seen()).data).length === 1);
    assert.deepEqual(ofTopic((await page.seen()).data), [{ text: 'from node', from: noor }]);
    await eventually(async () => ofTopic((await listener.seen()).data).length === 2);
  });
}

test('data for one person reaches that person only', async () => {
  await publishFromPage('for noor', { reliable: true, topic: 'one', destinationIdentities: [noor] });
  await publishFromPage('for all', { reliable: true, topic: 'one' });
  await eventually(async () => (await listener.seen()).data.some((one) => one.text === 'for all'));
  assert.deepEqual((await listener.seen()).data.filter((one) => one.topic === 'one').map((one) => one.text), ['for all']);
  assert.deepEqual(node.data.filter((one) => one.topic === 'one').map((one) => one.text), ['for noor', 'for all']);
});

test('a sender cannot speak in the name of another', async () => {
  // The library fills in no names; so a packet with somebody else's is written by hand on its channel.
  await page.run(
    async ([imre]) => {
      const { engine, localParticipant } = globalThis.room;
      await localParticipant.publishData(new Uint8Array(1), { reliable: true });
      const text = (value) => new TextEncoder().encode(value);
      const field = (number, bytes) => [...(number < 16 ? [(number << 3) | 2] : [((number & 15) << 3) | 0x82, number >> 4]), bytes.length, ...bytes];
      const user = [...field(1, text('PA_forged')), ...field(2, text('who am I')), ...field(4, text('spoof')), ...field(5, text(imre))];
      const sequence = [0x80, 0x01, engine.reliableChannel.nextSequence()];
      const packet = [...field(2, user), ...field(4, text(imre)), ...sequence, ...field(17, text('PA_forged'))];
      engine.dataChannelForKind(0).send(new Uint8Array(packet));
    },
    [imre],
  );
  const received = await eventually(() => node.data.find((one) => one.topic === 'spoof'));
  assert.deepEqual({ text: received.text, from: received.from }, { text: 'who am I', from: sanna });
});

test('five megabytes go from node to a page unchanged', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kith-interop-'));
  const bytes = randomBytes(megabytes5);
  await writeFile(join(folder, 'picture.raw'), bytes);
  await page.run(() => {
    globalThis.room.registerByteStreamHandler('file', async (reader) => {
      const parts = await reader.readAll();
      const whole = new Uint8Array(await new Blob(parts).arrayBuffer());
      const digest = await crypto.subtle.digest('SHA-256', whole);
      globalThis.file = { size: whole.length, hash: [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('') };
    });
  });
  const start = performance.now();
  await node.me.sendFile(join(folder, 'picture.raw'), { topic: 'file', destinationIdentities: [sanna] });
  const file = await eventually(() => page.run(() => globalThis.file), 60_000);
  console.log(`5 MB from node to a page in ${(performance.now() - start).toFixed(0)} ms`);
  assert.deepEqual(file, { size: megabytes5, hash: createHash('sha256').update(bytes).digest('hex') });
  await rm(folder, { recursive: true });
});

test('five megabytes go from a page to node unchanged', async () => {
  const received = new Promise((resolve) => {
    node.room.registerByteStreamHandler('upload', async (reader) => {
      const hash = createHash('sha256');
      let size = 0;
      for await (const chunk of reader) {
        hash.update(chunk);
        size += chunk.length;
      }
      resolve({ size, hash: hash.digest('hex') });
    });
  });
  const start = performance.now();
  const hash = await page.run(
    async ([size, noor]) => {
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size; at += 65536) crypto.getRandomValues(bytes.subarray(at, at + 65536));
      await globalThis.room.localParticipant.sendFile(new File([bytes], 'upload.raw'), { topic: 'upload', destinationIdentities: [noor] });
      const digest = await crypto.subtle.digest('SHA-256', bytes);
      return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    },
    [megabytes5, noor],
  );
  assert.deepEqual(await received, { size: megabytes5, hash });
  console.log(`5 MB from a page to node in ${(performance.now() - start).toFixed(0)} ms`);
});

test('calls of procedures are answered both ways', async () => {
  node.me.registerRpcMethod('greet', async ({ callerIdentity, payload }) => `${payload}, ${callerIdentity} (node)`);
  await page.run(() => {
    globalThis.room.registerRpcMethod('greet', async ({ callerIdentity, payload }) => `${payload}, ${callerIdentity} (page)`);
  });
  const fromPage = await page.run((noor) => globalThis.room.localParticipant.performRpc({ destinationIdentity: noor, method: 'greet', payload: 'hello' }), noor);
  assert.equal(fromPage, `hello, ${sanna} (node)`);
  const fromNode = await node.me.performRpc({ destinationIdentity: sanna, method: 'greet', payload: 'good day' });
  assert.equal(fromNode, `good day, ${noor} (page)`);
});

test('a long text arrives whole', async () => {
  const text = 'räksmörgås '.repeat(20_000);
  const received = new Promise((resolve) => node.room.registerTextStreamHandler('text', async (reader) => resolve(await reader.readAll())));
  await page.run(([text]) => globalThis.room.localParticipant.sendText(text, { topic: 'text' }), [text]);
  assert.ok((await received) === text);
});
