import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { violations } from './axe.mjs';
import { desktop, invitation, launchBrowser, Person, phone } from './browser.mjs';
import { Server } from './server.mjs';

const pages = ['/', '/calls', '/calls?missed', '/rooms', '/people', '/search', '/search?q=lights', '/settings', '/settings/profile', '/settings/appearance', '/settings/audio-video', '/settings/devices', '/settings/password', '/settings/server', '/settings/calls', '/nowhere'];

let browser, server, state, roomAddress;
before(async () => {
  browser = await launchBrowser();
  server = await Server.start();
  const sanna = await Person.arrive(browser, server);
  await sanna.makeServer();
  await sanna.write('Hang the string lights, then test them');
  await sanna.sent('Hang the string lights, then test them');
  const noor = await Person.arrive(browser, server);
  await noor.join(await invitation(server), { displayName: 'Noor Castellan' });
  await noor.write('On my way');
  await sanna.message('On my way').waitFor();
  roomAddress = new URL(sanna.page.url()).pathname;
  state = await sanna.context.storageState({ indexedDB: true });
  await sanna.leave();
  await noor.leave();
});
after(async () => {
  await browser.close();
  await server.stop();
});

/** The page has drawn what it will draw. */
async function settled(page) {
  await page.locator('main, nav').first().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
}

for (const colorScheme of ['light', 'dark']) {
  test(`signing in has no violation, ${colorScheme}`, async () => {
    const visitor = await Person.arrive(browser, server, { ...desktop, colorScheme });
    for (const path of ['/login', '/invite/anything']) {
      await visitor.page.goto(server.origin + path);
      await settled(visitor.page);
      assert.deepEqual(await violations(visitor.page), [], path);
    }
    await visitor.page.goto(`${server.origin}/login`);
    await visitor.page.getByLabel('Name').fill('sanna.quist');
    await visitor.page.getByLabel('Password', { exact: true }).fill('wrong password');
    await visitor.page.getByRole('button', { name: 'Sign in' }).click();
    await visitor.page.getByRole('alert').waitFor();
    assert.deepEqual(await violations(visitor.page), [], 'after a wrong password');
    assert.deepEqual(await visitor.trouble(), []);
    await visitor.leave();
  });

  for (const [size, options] of [['desktop', desktop], ['phone', phone]]) {
    test(`no screen has a violation, ${colorScheme}, ${size}`, async () => {
      const sanna = await Person.arrive(browser, server, { ...options, colorScheme, storageState: state });
      for (const path of [roomAddress, `${roomAddress}?panel=members`, `${roomAddress}?panel=info`, ...pages]) {
        await sanna.page.goto(server.origin + path);
        await settled(sanna.page);
        assert.deepEqual(await violations(sanna.page), [], path);
      }
      assert.deepEqual(await sanna.trouble(), []);
      await sanna.leave();
    });
  }

  test(`no dialog or menu has a violation, ${colorScheme}`, async () => {
    const sanna = await Person.arrive(browser, server, { ...desktop, colorScheme, storageState: state });
    const { page } = sanna;
    await page.goto(server.origin + roomAddress);
    await sanna.composer.waitFor();
    const openers = {
      switcher: () => page.keyboard.press('Control+k'),
      'server menu': () => page.getByRole('button', { name: 'Alder Street: menu' }).click(),
      'own menu': () => page.getByRole('button', { name: /status and settings/ }).click(),
      'new message': () => page.getByRole('button', { name: 'New message' }).first().click(),
      emoji: () => page.getByRole('button', { name: 'Emoji' }).click(),
      'message menu': async () => {
        await page.locator('[data-message]').last().focus();
        await page.keyboard.press('Enter');
      },
      shortcuts: async () => {
        await page.locator('[data-message]').last().focus();
        await page.keyboard.press('?');
      },
    };
    for (const [name, open] of Object.entries(openers)) {
      await open();
      await page.locator('dialog[open], [popover]:popover-open:not(.tooltip)').first().waitFor();
      await page.waitForFunction(() => document.querySelector('[aria-busy="true"]') === null);
      assert.deepEqual(await violations(page), [], name);
      await page.keyboard.press('Escape');
      await page.locator('dialog[open], [popover]:popover-open:not(.tooltip)').first().waitFor({ state: 'detached' });
    }
    await sanna.leave();
  });
}
