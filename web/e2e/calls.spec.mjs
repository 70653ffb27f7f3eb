import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { violations } from './axe.mjs';
import { desktop, invitation, launchBrowser, phone } from './browser.mjs';
import { Caller, callFlags } from './calling.mjs';
import { Server } from './server.mjs';

let browser, server, sanna, noor;
before(async () => (browser = await launchBrowser(callFlags)));
after(() => browser.close());
beforeEach(async () => {
  server = await Server.start();
  sanna = await Caller.arrive(browser, server);
  await sanna.makeServer();
  noor = await Caller.arrive(browser, server);
  await noor.join(await invitation(server), { displayName: 'Noor Castellan' });
});
afterEach(async () => {
  await noor.leave();
  await sanna.leave();
  await server.stop();
});

/** Opens the direct room of one person with another. */
async function openDirect(from, name) {
  await from.page.getByRole('button', { name: 'New message' }).first().click();
  await from.page.getByRole('dialog').getByRole('button', { name: new RegExp(name) }).click();
  await from.page.getByLabel(`Message ${name}`).waitFor();
}

async function callDirect() {
  await openDirect(sanna, 'Noor Castellan');
  await sanna.enterCall('Start a video call');
}

async function noTrouble() {
  assert.deepEqual([...(await sanna.trouble()), ...(await noor.trouble())], []);
}

test('a direct call rings, is accepted, is seen and heard by both, and its end is told to both', async () => {
  await callDirect();
  await sanna.page.getByText('Ringing').first().waitFor();
  await noor.ring.getByText('Video call').waitFor();
  await noor.ring.getByRole('button', { name: 'Accept' }).click();
  await noor.inCall();
  await noor.ring.waitFor({ state: 'detached' });
  for (const person of [sanna, noor]) {
    await person.receivesMore('pictures');
    await person.receivesMore('energy');
  }

  await sanna.tile('Noor Castellan').waitFor();
  await noor.press('Mute');
  await sanna.tile('Noor Castellan').getByLabel('Muted').waitFor();
  await noor.press('Unmute');
  await sanna.tile('Noor Castellan').getByLabel('Muted').waitFor({ state: 'detached' });
  await noor.press('Raise your hand');
  await sanna.tile('Noor Castellan').getByText('Hand up').waitFor();
  await noor.press('React');
  await noor.page.getByRole('menuitem', { name: 'React with 👏' }).click();
  await sanna.tile('Noor Castellan').getByText('👏').waitFor();
  await noor.press('Turn camera off');
  await sanna.tile('Noor Castellan').locator('video').waitFor({ state: 'detached' });

  await noor.press('Leave the call');
  await sanna.page.getByText('The call has ended').waitFor();
  await noor.page.locator('[data-story="called-you"]').waitFor();
  await sanna.page.goto(`${server.origin}/calls`);
  await sanna.page.locator('[data-call-row]').getByText('You called').waitFor();
  await noTrouble();
});

test('a call that is declined says so, one that nobody takes is missed, in the accent and counted', async () => {
  await callDirect();
  await noor.ring.getByRole('button', { name: 'Decline' }).click();
  await sanna.page.getByText('Noor Castellan can’t talk now').waitFor();
  await sanna.page.getByRole('button', { name: 'Call again' }).click();
  await sanna.page.getByRole('button', { name: 'Start call' }).click();
  await noor.ring.waitFor();
  await sanna.press('Cancel the call');
  await noor.ring.waitFor({ state: 'detached' });
  await noor.page.getByText('1 missed call').waitFor({ state: 'attached' });
  await noor.page.getByRole('link', { name: /Sanna Quist.*Missed video call/ }).waitFor();
  await noor.page.getByRole('button', { name: 'Calls' }).click();
  await noor.page.locator('[data-story="missed"]').waitFor();
  await noor.page.getByText('1 missed call').waitFor({ state: 'detached' });
  await noor.page.getByRole('button', { name: 'Call Sanna Quist back' }).first().click();
  await noor.page.getByRole('button', { name: 'Start call' }).waitFor();
  await noTrouble();
});

test('a message instead declines and is sent', async () => {
  await callDirect();
  await noor.ring.getByRole('button', { name: 'In five minutes' }).click();
  await sanna.page.getByText('Noor Castellan can’t talk now').waitFor();
  await sanna.page.getByRole('button', { name: 'Write a message' }).click();
  await sanna.message('In five minutes').waitFor();
  await noTrouble();
});

test('a shared screen is large for the others, and small again when it ends', async () => {
  await sanna.enterCall('Start a video call');
  await noor.enterCall(/Join the call/);
  await noor.receivesMore('pictures');
  await sanna.press('Share your screen');
  await noor.page.locator('[data-focus="screen"] video').waitFor();
  await noor.page.getByText('Sanna shares their screen').first().waitFor();
  await noor.page.waitForFunction(() => document.querySelector('[data-focus="screen"] video')?.videoWidth > 0);
  await sanna.press('Stop sharing');
  await noor.page.locator('[data-focus="screen"]').waitFor({ state: 'detached' });
  await noTrouble();
});

test('a call of a room is shown to its members, and goes on small while one chats elsewhere', async () => {
  await sanna.enterCall('Start a voice call');
  await sanna.page.getByText('Nobody else is here yet').waitFor();
  await noor.page.getByRole('link', { name: /Call going on/ }).waitFor();
  await noor.page.locator('[data-story="ongoing"]').getByRole('button', { name: 'Join' }).waitFor();
  await noor.enterCall(/Join the call/);
  await sanna.tile('Noor Castellan').waitFor();
  await sanna.receivesMore('energy');
  await sanna.press('Keep chatting with a small call');
  const mini = sanna.page.locator('[data-mini-call]');
  await mini.waitFor();
  await sanna.write('The list is in the shed');
  await sanna.receivesMore('energy');
  await noor.page.keyboard.press('c');
  await noor.message('The list is in the shed').waitFor();
  await mini.getByRole('button', { name: 'Mute' }).click();
  await noor.tile('Sanna Quist').getByLabel('Muted').waitFor();
  await mini.getByRole('link', { name: 'Back to the call' }).click();
  await sanna.tile('Noor Castellan').waitFor();
  await sanna.press('Leave the call');
  await noor.page.getByText('Nobody else is here yet').waitFor();
  await noor.press('Leave the call');
  await noor.page.locator('[data-story="group"]').waitFor();
  await noTrouble();
});

test('picture in picture shows who speaks over other windows, and goes with the call', async () => {
  await sanna.enterCall('Start a video call');
  await noor.enterCall(/Join the call/);
  await sanna.receivesMore('pictures');
  const opening = sanna.context.waitForEvent('page');
  await sanna.press('Picture in picture');
  const picture = await opening;
  await picture.getByRole('group', { name: 'Noor Castellan' }).locator('video').waitFor();
  await picture.getByRole('button', { name: 'Mute' }).click();
  await noor.tile('Sanna Quist').getByLabel('Muted').waitFor();
  const closed = picture.waitForEvent('close');
  await sanna.press('Leave the call');
  await closed;
  await noTrouble();
});

test('a broken signalling connection is told and comes back by itself, and media goes on', async () => {
  await sanna.enterCall('Start a video call');
  await noor.enterCall(/Join the call/);
  await noor.receivesMore('pictures');
  await noor.cutSignalling();
  await noor.page.locator('[data-notice="reconnecting"]').waitFor();
  await noor.receivesMore('pictures');
  await noor.mendSignalling();
  await noor.page.locator('[data-notice="reconnecting"]').waitFor({ state: 'detached', timeout: 20_000 });
  await noor.inCall();
  await noor.receivesMore('pictures');
  await sanna.press('Mute');
  await noor.tile('Sanna Quist').getByLabel('Muted').waitFor();
});

test('on a phone the own picture floats, and the chat lies over the call', async () => {
  const ada = await Caller.arrive(browser, server, phone);
  await ada.join(await invitation(server), { displayName: 'Ada Fenwick' });
  await sanna.enterCall('Start a video call');
  await ada.enterCall(/Join the call/);
  await ada.tile('Sanna Quist').locator('video').waitFor();
  await ada.receivesMore('pictures');
  const own = await ada.tile('Ada Fenwick, you').boundingBox();
  const other = await ada.tile('Sanna Quist').boundingBox();
  assert.ok(own.width < other.width / 2 && own.x > other.x && own.y > other.y, 'the own tile lies inside the other');
  await ada.page.getByRole('button', { name: 'Chat', exact: true }).click();
  await ada.write('I hear you');
  await ada.page.getByRole('button', { name: 'Close chat' }).click();
  await ada.page.getByRole('button', { name: 'Keep chatting with a small call' }).click();
  await ada.page.locator('[data-mini-call]').getByRole('button', { name: 'Leave the call' }).click();
  await ada.page.locator('[data-mini-call]').waitFor({ state: 'detached' });
  assert.deepEqual(await ada.trouble(), []);
  await ada.leave();
});

test('without permission the check says what to do, and one can join and listen', async () => {
  await noor.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await sanna.enterCall('Start a voice call');
  await noor.page.getByRole('button', { name: /Join the call/ }).click();
  await noor.page.getByText('The browser does not let Kith use the microphone').waitFor();
  await noor.page.getByRole('button', { name: 'Join call' }).click();
  await noor.inCall();
  await noor.receivesMore('energy');
  await sanna.tile('Noor Castellan').getByLabel('Muted').waitFor();
  await noTrouble();
});

test('push to talk: silent until the key is held', async () => {
  await sanna.enterCall('Start a voice call');
  await noor.page.goto(`${server.origin}/settings/audio-video`);
  await noor.page.getByRole('switch', { name: 'Push to talk' }).click();
  await noor.page.goBack();
  await noor.enterCall(/Join the call/);
  const tile = sanna.tile('Noor Castellan');
  await tile.getByLabel('Muted').waitFor();
  await noor.page.keyboard.down('Space');
  await tile.getByLabel('Muted').waitFor({ state: 'detached' });
  await noor.page.keyboard.up('Space');
  await tile.getByLabel('Muted').waitFor();
  await noTrouble();
});

for (const [size, options] of [['desktop', desktop], ['phone', phone]]) {
  test(`no screen of a call has a violation, ${size}`, async () => {
    const ada = await Caller.arrive(browser, server, options);
    await ada.join(await invitation(server), { displayName: 'Ada Fenwick' });
    await sanna.enterCall('Start a video call');
    await ada.page.getByRole('button', { name: /Join the call/ }).click();
    await ada.page.getByRole('button', { name: 'Join call' }).waitFor();
    assert.deepEqual(await violations(ada.page), [], 'device check');
    await ada.page.getByRole('button', { name: 'Join call' }).click();
    await ada.inCall();
    await ada.tile('Sanna Quist').waitFor();
    assert.deepEqual(await violations(ada.page), [], 'grid');
    await ada.page.getByRole('button', { name: 'Chat', exact: true }).click();
    await ada.composer.waitFor();
    assert.deepEqual(await violations(ada.page), [], 'chat');
    await ada.page.getByRole('button', { name: 'Close chat' }).click();
    await sanna.press('Share your screen');
    await ada.page.locator('[data-focus="screen"]').waitFor();
    assert.deepEqual(await violations(ada.page), [], 'shared screen');
    await ada.page.getByRole('button', { name: 'Keep chatting with a small call' }).click();
    await ada.page.locator('[data-mini-call]').waitFor();
    assert.deepEqual(await violations(ada.page), [], 'small call');
    await openDirect(noor, 'Ada Fenwick');
    await noor.enterCall('Start a voice call');
    await ada.ring.waitFor();
    assert.deepEqual(await violations(ada.page), [], 'ringing');
    await noor.press('Cancel the call');
    await ada.ring.waitFor({ state: 'detached' });
    await ada.page.goto(`${server.origin}/calls`);
    await ada.page.locator('[data-call-row]').first().waitFor();
    assert.deepEqual(await violations(ada.page), [], 'history');
    await ada.leave();
  });
}
