// Takes the pictures of the documentation from a real server with a small community. By hand:
//   KITH_BINARY=build/release/kith node web/e2e/screenshots.mjs docs/images
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { desktop, launchBrowser, Person, phone } from './browser.mjs';
import { takeCallPictures } from './call_pictures.mjs';
import { callFlags } from './calling.mjs';
import { Server } from './server.mjs';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('usage: node e2e/screenshots.mjs <folder>');
await mkdir(folder, { recursive: true });

const ownPassword = 'quiet garden ladder';
const others = [
  ['noor', 'Noor Castellan', 'Runs the bread stall. Up early.'],
  ['idris', 'Idris Vale', 'Keys, cables, and the till.'],
  ['ada', 'Ada Fenwick', 'Reads the minutes so that you need not.'],
  ['priya', 'Priya Sundar', ''],
  ['jonas', 'Jonas Brevik', ''],
];
const rooms = [
  ['Winter market', 'Saturday 5 December, ten to six, in the yard'],
  ['Workshop', 'Tools, bookings, and what is broken'],
  ['Kitchen rota', 'Who cooks, who washes up'],
  ['Reading circle', 'First Thursday of the month'],
];

const readingTill = `Then the list can make itself:

\`\`\`python
def takings(stalls):
    """Sum of each stall, largest first."""
    sums = {stall.name: sum(stall.sales) for stall in stalls}
    return sorted(sums.items(), key=lambda item: -item[1])
\`\`\``;

const market = [
  ['noor', 'Morning! The bakery confirmed: **40 loaves**, ready at eight.'],
  ['idris', 'I have the van until noon. Who can help to unload?'],
  ['jonas', 'Me, and my brother too if there is soup.'],
  ['sanna', 'There is always soup.', { reply: 3 }],
  ['priya', 'Stall plan as it stands:\n\n- Gate: bread, soup, coffee\n- Yard: books, ceramics, the repair table\n- Hall: music from three'],
  ['ada', 'The hall has only one socket that works. Can the band share it with the lights?'],
  ['idris', 'I bring two long cables and a splitter.', { reply: 6, edit: 'I bring two long cables and a splitter, and tape for the floor.' }],
  ['idris', readingTill],
  ['noor', '@sanna.quist can you take the till from four? I have to be at the station at half past.'],
  ['sanna', 'Yes, from four until we close. Leave me the key with @ada.', { reply: 9 }],
  ['ada', 'It is in my pocket already :)'],
];

const elsewhere = {
  Workshop: [['jonas', 'The band saw is back, with a new blade.'], ['idris', 'Booked the lathe for Sunday afternoon.'], ['jonas', '@sanna.quist your stool is dry, come and fetch it.']],
  'Kitchen rota': [['priya', 'Soup for thirty on Saturday: who chops onions?'], ['sanna', 'I do.']],
  'Reading circle': [['ada', 'December: *The Summer Book*. The market stall has four copies.']],
};

const text = (value) => ({ text: value });

/** A community with a morning's conversation; answers the room to look at. */
async function fill(server) {
  const people = new Map();
  const { token, user } = await server.call('AuthService/Login', { username: 'sanna.quist', password: ownPassword, deviceName: 'Kith on a phone' });
  people.set('sanna', { token, id: user.id });
  const invitation = (await server.call('AuthService/CreateInvitation', { uses: others.length }, token)).token;
  for (const [username, displayName, bio] of others) {
    const made = await server.call('AuthService/Register', { username, displayName, password: 'winter market soup', invitation, deviceName: 'Kith' });
    people.set(username, { token: made.token, id: made.user.id });
    if (bio) await server.call('UserService/UpdateProfile', { bio }, made.token);
  }
  let count = 0;
  const say = async (roomId, [who, body, { reply, edit } = {}], posted = []) => {
    const { token: speaker } = people.get(who);
    const replyToSeq = reply === undefined ? undefined : posted[reply - 1].seq;
    const { message } = await server.call('MessageService/SendMessage', { roomId, txnId: `s${(count += 1)}`, content: text(body), ...(replyToSeq && { replyToSeq }) }, speaker);
    posted.push(message);
    if (edit) await server.call('MessageService/EditMessage', { roomId, seq: message.seq, txnId: `e${count}`, content: text(edit) }, speaker);
    return message;
  };
  const ids = new Map();
  for (const [name, topic] of rooms) {
    const made = await server.call('RoomService/CreateRoom', { name, topic, kind: 'ROOM_KIND_PUBLIC' }, token);
    const { id } = made.room ?? made.entry.room;
    ids.set(name, id);
    for (const [username] of others) await server.call('RoomService/JoinRoom', { roomId: id }, people.get(username).token);
  }
  for (const [name, lines] of Object.entries(elsewhere)) for (const line of lines) await say(ids.get(name), line);
  for (const [username, body] of [['priya', 'Thank you for the jars!'], ['noor', 'Are you at the yard already?']]) {
    const { entry } = await server.call('RoomService/OpenDirectRoom', { userId: people.get('sanna').id }, people.get(username).token);
    await say(entry.room.id, [username, body]);
    if (username === 'priya') await server.call('MessageService/MarkRead', { roomId: entry.room.id, seq: '99' }, token).catch(() => undefined);
  }
  const roomId = ids.get('Winter market');
  const posted = [];
  for (const line of market) await say(roomId, line, posted);
  await server.call('RoomService/SetRoomPreferences', { roomId, favourite: true }, token);
  // Reading is what makes the marks below one's own messages.
  for (const [username] of others) await server.call('MessageService/MarkRead', { roomId, seq: posted.at(-1).seq }, people.get(username).token);
  for (const name of ['Kitchen rota', 'Reading circle']) {
    const { messages } = await server.call('MessageService/ListMessages', { roomId: ids.get(name), limit: 1 }, token);
    await server.call('MessageService/MarkRead', { roomId: ids.get(name), seq: messages[0].seq }, token);
  }
  return roomId;
}

const server = await Server.start();
const browser = await launchBrowser(callFlags);
try {
  const sanna = await Person.arrive(browser, server, { ...desktop, colorScheme: 'light' });
  const { page } = sanna;
  const take = async (name, from = page) => {
    await from.evaluate(() => document.fonts.ready);
    // Until what fades in is there: a picture of the end, not of the way.
    await from.waitForTimeout(600);
    await from.screenshot({ path: join(folder, `${name}.png`), scale: 'css' });
  };
  await page.goto(server.origin);
  await page.getByLabel('What is this place called?').fill('Alder Street');
  await page.getByLabel('Your name').fill('Sanna Quist');
  await page.getByLabel('Password', { exact: true }).fill(ownPassword);
  await take('first-start');
  await page.getByRole('button', { name: 'Create and open Alder Street' }).click();
  await page.waitForURL(/\/room\//);
  await sanna.composer.waitFor();
  const roomId = await fill(server);

  const room = `${server.origin}/room/${roomId}`;
  await page.goto(room);
  await page.getByText('It is in my pocket already').first().waitFor();
  // What is in view for a second counts as read.
  await page.waitForTimeout(1_500);
  await take('chat');
  await page.emulateMedia({ colorScheme: 'dark' });
  await take('chat-dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(`${server.origin}/search?q=soup`);
  await page.getByText('There is always').first().waitFor();
  await take('search');
  await page.goto(`${server.origin}/settings/appearance`);
  await page.getByRole('heading', { name: 'Appearance' }).waitFor();
  await take('settings');

  const onPhone = await browser.newContext({ locale: 'en-GB', ...phone, deviceScaleFactor: 1, storageState: await sanna.context.storageState() });
  const small = await onPhone.newPage();
  await small.goto(room);
  await small.getByText('It is in my pocket already').first().waitFor();
  await take('phone', small);
  await takeCallPictures({ browser, server, roomId, ownPassword, take });
  const trouble = await sanna.trouble();
  if (trouble.length > 0) throw new Error(trouble.join('\n'));
} finally {
  await browser.close();
  await server.stop();
}
