import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, Person } from './browser.mjs';
import { Server } from './server.mjs';

let browser, server, sanna;
before(async () => {
  browser = await launchBrowser();
  server = await Server.start();
  sanna = await Person.arrive(browser, server);
  await sanna.makeServer();
});
after(async () => {
  await browser.close();
  await server.stop();
});

test('search finds a message with its words marked, and Enter goes to it in its room', async () => {
  const { page } = sanna;
  await sanna.write('Somebody has to hang the string lights before Saturday');
  await sanna.sent('Somebody has to hang the string lights before Saturday');
  for (let count = 1; count <= 60; count++) {
    await sanna.write(`filler ${count}`);
    if (count % 10 === 0) await sanna.sent(`filler ${count}`);
  }
  await sanna.sent('filler 60');
  await page.keyboard.press('Control+f');
  await page.getByLabel('Search messages').fill('string lig');
  await page.locator('mark', { hasText: 'string' }).waitFor();
  assert.match(await page.getByRole('option').first().innerText(), /hang the string lights/);
  await page.getByLabel('Search messages').press('Enter');
  await page.waitForURL(/\/room\/[^/]+\/\d+$/);
  await page.locator('[data-message].highlighted', { hasText: 'string lights' }).waitFor();
  await page.goBack();
  await page.getByLabel('Search messages').waitFor();
  assert.equal(await page.getByLabel('Search messages').inputValue(), 'string lig');
});

test('a search that finds nothing says so, and filters can be taken away', async () => {
  const { page } = sanna;
  await page.goto(`${server.origin}/search?q=nowhere-to-be-found&has=link`);
  await page.getByText('Nothing for “nowhere-to-be-found”').waitFor();
  await page.getByRole('button', { name: 'Clear filters' }).click();
  await page.waitForURL(/search\?q=nowhere-to-be-found$/);
  assert.deepEqual(await sanna.trouble(), []);
});

test('the switcher goes to a room by a few letters', async () => {
  const { page } = sanna;
  await page.goto(`${server.origin}/people`);
  await page.getByRole('heading', { name: 'People' }).waitFor();
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Jump to' }).fill('wel');
  await page.getByRole('option', { selected: true }).waitFor();
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/room\//);
});
