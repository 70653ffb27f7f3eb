import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firefoxTone_hertz, launchFirefox } from './firefox.mjs';
import { eventually, House } from './house.mjs';
import { hertzHeard, publishKnown, stepSeen } from './known_media.mjs';
import { launchBrowser, PageClient } from './page_client.mjs';

/** `tones_hertz`: what each person's page plays; Firefox has only what its made-up microphone plays. */
const browsers = {
  Chromium: { launch: launchBrowser, tones_hertz: { sanna: 440, noor: 660 } },
  Firefox: { launch: launchFirefox },
};

/** `viewer` sees the whole sequence of the picture of `identity`, twice around, in its order. */
async function seesSequence(viewer, identity) {
  const seen = [];
  await eventually(
    async () => {
      const step = await stepSeen(viewer, identity);
      // Between two steps a frame may be of either, or blurred: only what is recognised counts.
      if (step >= 0 && step !== seen.at(-1)) seen.push(step);
      return seen.length > 8;
    },
    20_000,
    'a picture that goes around twice',
  ).catch((error) => {
    throw new Error(`${error.message}; seen: ${seen.join(' ')}`);
  });
  const expected = seen.map((_, at) => (seen[0] + at) % 4);
  assert.deepEqual(seen, expected);
}

for (const [one, other] of [
  ['Chromium', 'Chromium'],
  ['Firefox', 'Chromium'],
]) {
  test(`${one} and ${other} see each other's picture and hear each other's tone`, async (t) => {
    const house = await House.open(['sanna', 'noor']);
    t.after(() => house.close());
    const people = [];
    for (const [name, kind] of [['sanna', one], ['noor', other]]) {
      const browser = await browsers[kind].launch();
      t.after(() => browser.close());
      const page = await PageClient.open(browser);
      const took_ms = await page.connect(await house.access(name));
      console.log(`${kind} connected in ${took_ms.toFixed(0)} ms`);
      people.push({ name, page, identity: house.identity(name), tone_hertz: browsers[kind].tones_hertz?.[name] });
    }
    const start = performance.now();
    for (const { page, tone_hertz } of people) await publishKnown(page, tone_hertz);
    for (const [viewer, shown] of [people, [...people].reverse()]) {
      await eventually(async () => (await stepSeen(viewer.page, shown.identity)) >= 0, 15_000, `${viewer.name} sees ${shown.name}`);
      console.log(`${viewer.name} sees the picture ${(performance.now() - start).toFixed(0)} ms after publishing began`);
    }
    await Promise.all(
      [people, [...people].reverse()].map(async ([viewer, shown]) => {
        await seesSequence(viewer.page, shown.identity);
        const expected = shown.tone_hertz ?? firefoxTone_hertz;
        await eventually(async () => Math.abs((await hertzHeard(viewer.page, shown.identity)) - expected) < 8, 15_000, `${expected} Hz`);
      }),
    );
  });
}
