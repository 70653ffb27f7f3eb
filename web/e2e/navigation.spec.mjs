import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, Person, phone } from './browser.mjs';
import { Server } from './server.mjs';

let browser, server, sanna;
before(async () => {
  browser = await launchBrowser();
  server = await Server.start();
  sanna = await Person.arrive(browser, server, phone);
  await sanna.makeServer();
});
after(async () => {
  await browser.close();
  await server.stop();
});

test('on a phone back goes from the room to the list, and tabs switch pages', async () => {
  const { page } = sanna;
  await page.getByRole('button', { name: 'Back to chats' }).click();
  await page.getByRole('navigation', { name: 'Rooms and people' }).waitFor();
  await sanna.openRoom('Welcome');
  await page.goBack();
  await page.getByRole('navigation', { name: 'Rooms and people' }).waitFor();
  await page.getByRole('link', { name: 'You', exact: true }).click();
  await page.getByRole('link', { name: 'Appearance' }).click();
  await page.getByRole('radio', { name: 'Dark' }).click();
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark');
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByRole('link', { name: 'Appearance' }).waitFor();
});

test('the language changes at once and is remembered', async () => {
  const { page } = sanna;
  await page.goto(`${server.origin}/settings/appearance`);
  await page.getByRole('radio', { name: 'Deutsch' }).click();
  await page.getByRole('heading', { name: 'Aussehen' }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'de');
  await page.reload();
  await page.getByRole('heading', { name: 'Aussehen' }).waitFor();
  await page.getByRole('radio', { name: 'English' }).click();
  await page.getByRole('heading', { name: 'Appearance' }).waitFor();
});

test('an address that leads nowhere says so and leads back', async () => {
  const { page } = sanna;
  await page.goto(`${server.origin}/no/such/page`);
  await page.getByText('There is nothing here').waitFor();
  await page.getByRole('button', { name: 'Back to your rooms' }).click();
  await page.getByRole('navigation', { name: 'Rooms and people' }).waitFor();
});

test('signing out removes what was stored and asks to sign in', async () => {
  const { page } = sanna;
  await page.goto(`${server.origin}/settings`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in to Alder Street' }).waitFor();
  await page.getByLabel('Name').fill('sanna.quist');
  await page.getByLabel('Password', { exact: true }).fill('quiet garden ladder');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('link', { name: 'You', exact: true }).waitFor();
});
