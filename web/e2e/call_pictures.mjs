// The pictures of calls: four people with drawn faces in a real call of the server of `screenshots.mjs`.
import { desktop, phone } from './browser.mjs';
import { Caller } from './calling.mjs';
import { looks, paintCamera, paintScreen } from './painted_camera.mjs';

const password = 'winter market soup';

/** One person, signed in, with a face. */
async function arrive(browser, server, username, own = password, options = desktop) {
  const person = await Caller.arrive(browser, server, options);
  await person.page.addInitScript(paintCamera, looks[username.split('.')[0]]);
  await person.page.addInitScript(paintScreen);
  await person.page.goto(`${server.origin}/login`);
  await person.page.getByLabel('Name').fill(username);
  await person.page.getByLabel('Password', { exact: true }).fill(own);
  await person.page.getByRole('button', { name: 'Sign in' }).click();
  await person.page.getByRole('navigation').first().waitFor();
  return person;
}

async function enter(person, roomId) {
  await person.page.goto(`${person.server.origin}/call/${roomId}?video`);
  await person.page.getByRole('button', { name: /^(Start call|Join call)$/ }).click();
  await person.inCall();
}

async function seesAll(person, count) {
  await person.page.waitForFunction((wanted) => [...document.querySelectorAll('[data-tile] video')].filter((video) => video.videoWidth > 0).length >= wanted, count);
}

/** Takes all of them with `take(name, page)`. */
export async function takeCallPictures({ browser, server, roomId, ownPassword, take }) {
  const people = [];
  for (const name of ['noor', 'idris', 'ada']) people.push(await arrive(browser, server, name));
  const [noor, idris, ada] = people;
  const sanna = await arrive(browser, server, 'sanna.quist', ownPassword);
  const { page } = sanna;
  for (const person of people) await enter(person, roomId);
  await ada.press('Mute');

  await page.goto(`${server.origin}/call/${roomId}?video`);
  await page.getByText('people are in the call').waitFor();
  await page.waitForFunction(() => document.querySelector('main video')?.videoWidth > 0);
  await take('call-check', page);
  await page.getByRole('button', { name: 'Join call' }).click();
  await sanna.inCall();
  await idris.press('Raise your hand');
  await seesAll(sanna, 4);
  await page.waitForTimeout(2_000);
  await take('call', page);

  await noor.press('Share your screen');
  await page.waitForFunction(() => document.querySelector('[data-focus="screen"] video')?.videoWidth > 640);
  await page.keyboard.press('c');
  await sanna.composer.waitFor();
  await page.waitForTimeout(1_500);
  await take('call-share', page);
  await noor.press('Stop sharing');
  await sanna.press('Keep chatting with a small call');
  await page.locator('[data-mini-call] video').waitFor();
  await page.locator('[data-mini-call]').getByRole('button', { name: 'Leave the call' }).click();

  const small = await arrive(browser, server, 'sanna.quist', ownPassword, { ...phone, deviceScaleFactor: 1 });
  await enter(small, roomId);
  await seesAll(small, 4);
  await small.page.waitForTimeout(1_500);
  await take('phone-call', small.page);
  await small.press('Leave the call');
  await small.leave();

  await ada.press('Leave the call');
  await idris.press('Leave the call');
  await noor.press('Leave the call');
  await noor.page.goto(`${server.origin}/`);
  await noor.page.getByRole('link', { name: /^(Available )?Sanna Quist/ }).first().click();
  await noor.composer.waitFor();
  await noor.enterCall('Start a video call');
  await sanna.ring.waitFor();
  await take('call-ringing', page);
  await noor.press('Cancel the call');
  await sanna.ring.waitFor({ state: 'detached' });
  await page.goto(`${server.origin}/calls`);
  await page.locator('[data-story="missed"]').first().waitFor();
  await take('calls', page);
  for (const person of [sanna, ...people]) await person.leave();
}
