import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { invitation, launchBrowser, Person, phone } from './browser.mjs';
import { Server } from './server.mjs';

let browser, server, sanna;
before(async () => (browser = await launchBrowser()));
after(() => browser.close());
beforeEach(async () => {
  server = await Server.start();
  sanna = await Person.arrive(browser, server);
  await sanna.makeServer();
});
afterEach(async () => {
  await sanna.leave();
  await server.stop();
});

async function arriveNoor(options) {
  const noor = await Person.arrive(browser, server, options);
  await noor.join(await invitation(server), { displayName: 'Noor Castellan' });
  return noor;
}

test('from the first start to two people talking, one of them on a phone', async () => {
  const noor = await arriveNoor(phone);
  await sanna.write('The key is with me until four');
  await noor.message('The key is with me until four').waitFor();
  await noor.write('I come at three');
  await sanna.message('I come at three').waitFor();
  await sanna.page.locator('[data-message][data-state="read"]').filter({ hasText: 'The key is with me' }).waitFor();
  assert.deepEqual([...(await sanna.trouble()), ...(await noor.trouble())], []);
  await noor.leave();
});

test('replying, editing and deleting reach the other side', async () => {
  const noor = await arriveNoor();
  await noor.write('Who runs the till?');
  await sanna.message('Who runs the till?').hover();
  await sanna.page.getByRole('toolbar').getByRole('button', { name: 'Reply' }).click();
  await sanna.write('I do');
  await noor.page.getByRole('button', { name: 'In reply to Noor Castellan' }).waitFor();
  await sanna.composer.press('ArrowUp');
  await sanna.composer.fill('I do, from four');
  await sanna.composer.press('Enter');
  await noor.message('I do, from four').or(noor.page.getByText(/I do, from four/)).first().waitFor();
  await noor.page.getByText('edited').waitFor();
  await sanna.page.locator('[data-message]').filter({ hasText: 'I do, from four' }).focus();
  await sanna.page.keyboard.press('Delete');
  await sanna.page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await noor.page.getByText('Message deleted').waitFor();
  assert.deepEqual([...(await sanna.trouble()), ...(await noor.trouble())], []);
  await noor.leave();
});

test('the server dies in mid conversation: nothing is lost, nothing comes twice', async () => {
  const noor = await arriveNoor();
  await sanna.write('before');
  await noor.message('before').waitFor();
  await server.kill();
  await sanna.write('while it is down, one');
  await sanna.write('while it is down, two');
  await noor.write('me too');
  await server.run();
  for (const text of ['while it is down, one', 'while it is down, two']) {
    await sanna.sent(text);
    await noor.message(text).waitFor();
  }
  await sanna.message('me too').waitFor();
  for (const person of [sanna, noor]) {
    await person.page.reload();
    await person.composer.waitFor();
    await person.message('me too').waitFor();
    const texts = await person.texts();
    for (const text of ['before', 'while it is down, one', 'while it is down, two', 'me too']) assert.equal(texts.filter((one) => one === text).length, 1, text);
    assert.ok(texts.indexOf('while it is down, one') < texts.indexOf('while it is down, two'));
  }
  await noor.leave();
});

test('what waits offline survives a reload and goes out in order, once', async () => {
  await sanna.write('stored');
  await sanna.sent('stored');
  // The page itself must come from this device, so its worker has to be in charge.
  await sanna.page.evaluate(() => navigator.serviceWorker.ready);
  await sanna.page.reload();
  await sanna.composer.waitFor();
  await sanna.page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await server.kill();
  await sanna.write('first');
  await sanna.write('second');
  await sanna.page.getByText('2 messages wait here').waitFor();
  await sanna.page.reload();
  await sanna.message('second').waitFor();
  await server.run();
  await sanna.sent('first');
  await sanna.sent('second');
  const texts = await sanna.texts();
  assert.deepEqual(texts.slice(-2), ['first', 'second']);
});

test('an unread room says how many, from whom and what, and is read when seen', async () => {
  const noor = await arriveNoor();
  await noor.page.getByRole('button', { name: 'New message' }).first().click();
  await noor.page.getByRole('dialog').getByRole('button', { name: /Sanna Quist/ }).click();
  await noor.page.getByLabel('Message Sanna Quist').waitFor();
  await noor.write('Are you in?');
  const row = sanna.page.getByRole('link', { name: /Noor Castellan.*Are you in\?/ });
  await row.getByText('1 unread message').waitFor({ state: 'attached' });
  await sanna.page.waitForFunction(() => document.title.startsWith('(1)'));
  await row.click();
  await sanna.message('Are you in?').waitFor();
  await sanna.page.waitForFunction(() => !document.title.startsWith('('));
  await noor.leave();
});

test('a draft survives leaving the room and reloading', async () => {
  await sanna.composer.fill('half a thought');
  // The page is left at once: nothing may need more time than the key press.
  await sanna.page.goto(`${server.origin}/settings/profile`);
  await sanna.page.getByRole('heading', { name: 'Profile' }).waitFor();
  await sanna.page.goBack();
  await sanna.page.waitForFunction(() => document.querySelector('[data-composer]')?.value === 'half a thought');
});
