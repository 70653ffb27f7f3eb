import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launchBrowser, Person } from './browser.mjs';
import { Server } from './server.mjs';

let browser, server, sanna;
before(async () => {
  browser = await launchBrowser();
  server = await Server.start();
  sanna = await Person.arrive(browser, server);
  await sanna.makeServer({ displayName: '<img src=x onerror=alert(1)>' });
});
after(async () => {
  await browser.close();
  await server.stop();
});

const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(2)>',
  '<svg/onload=alert(3)>',
  '[click](javascript:alert(4))',
  '[click](data:text/html,<script>alert(5)</script>)',
  '![x](x" onerror="alert(6))',
  '<a href="javascript&colon;alert(7)">a</a>',
  '`<img src=x onerror=alert(8)>`',
  '```html\n<img src=x onerror=alert(9)>\n```',
  '**<iframe srcdoc="<script>alert(10)</script>">**',
  '<style>*{display:none}</style>',
  '<math><mi//xlink:href="data:x,<script>alert(11)</script>">',
  '@<img/src/onerror=alert(12)>',
  'https://example.org/"onmouseover="alert(13)',
  '<form><button formaction=javascript:alert(14)>go',
  '```"><img src=x onerror=alert(15)>\ncode\n```',
];

test('nothing people write becomes a script', async () => {
  const { page } = sanna;
  for (const text of hostile) {
    await sanna.composer.fill(text);
    await page.getByRole('button', { name: 'Send', exact: true }).click();
  }
  await page.waitForFunction((count) => document.querySelectorAll('[data-message][data-state="sent"]').length >= Math.min(count, 8), hostile.length);
  const found = await page.evaluate(() => ({
    scripts: document.querySelectorAll('.body script, .body iframe, .body img, .body svg, .body style, .body form, .body math').length,
    handlers: [...document.querySelectorAll('.body *')].filter((element) => [...element.attributes].some((attribute) => attribute.name.startsWith('on') || attribute.name === 'style')).length,
    links: [...document.querySelectorAll('.body a')].map((link) => new URL(link.href).protocol),
  }));
  assert.equal(found.scripts, 0);
  assert.equal(found.handlers, 0);
  for (const protocol of found.links) assert.match(protocol, /^(https?|mailto):$/);
  assert.deepEqual(await sanna.trouble(), []);
});

test('a hostile room name and topic stay text everywhere', async () => {
  const { page } = sanna;
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Jump to' }).fill('create');
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').getByLabel('Name').fill('"><img src=x onerror=alert(20)>');
  await page.getByRole('dialog').getByLabel('What is it about?').fill('<svg/onload=alert(21)>');
  await page.getByRole('dialog').getByRole('button', { name: 'Create', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.goto(`${server.origin}/rooms`);
  await page.getByText('"><img src=x onerror=alert(20)>').first().waitFor();
  assert.deepEqual(await sanna.trouble(), []);
});

test('the page is served with a strict policy and keeps it', async () => {
  const answer = await fetch(server.origin);
  const policy = answer.headers.get('content-security-policy') ?? '';
  for (const part of ["default-src 'self'", "require-trusted-types-for 'script'"]) assert.ok(policy.includes(part), `${part} is missing in: ${policy}`);
  assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
  const html = await answer.text();
  assert.doesNotMatch(html, /<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=/i);
});
