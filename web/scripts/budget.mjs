// Checks the production build in dist/ against the budgets: what the browser must load to show the chat, as Brotli at the server's level.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';

const kilobyte = 1000;
const budgets = { js: 150 * kilobyte, css: 20 * kilobyte };
// The views of the chat itself; what they import on demand is loaded when it is asked for.
const chatEntries = [/(^|\/)index\.html$/, /src\/views\/shell\/Shell\.svelte$/, /src\/views\/room\/RoomPage\.svelte$/];

const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');
const manifestPath = join(dist, '.vite', 'manifest.json');
if (!existsSync(manifestPath)) {
  console.error('There is no build with a manifest in dist/: run `npm run build` first.');
  process.exit(2);
}
const manifest = JSON.parse(readFileSync(manifestPath, 'utf8'));

const files = new Set();
const visited = new Set();
const visit = (key) => {
  if (visited.has(key)) return;
  visited.add(key);
  const chunk = manifest[key];
  files.add(chunk.file);
  for (const style of chunk.css ?? []) files.add(style);
  for (const imported of chunk.imports ?? []) visit(imported);
};
for (const key of Object.keys(manifest)) if (chatEntries.some((entry) => entry.test(key))) visit(key);

const sizes = [...files].map((file) => {
  const bytes = brotliCompressSync(readFileSync(join(dist, file)), { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }).length;
  return { file, bytes };
});
let isOver = false;
for (const [extension, most] of Object.entries(budgets)) {
  const own = sizes.filter(({ file }) => file.endsWith(`.${extension}`)).sort((left, right) => right.bytes - left.bytes);
  const total = own.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { file, bytes } of own) console.log(`${(bytes / kilobyte).toFixed(1).padStart(8)} kB  ${file}`);
  const verdict = total > most ? 'OVER' : 'ok';
  console.log(`${(total / kilobyte).toFixed(1).padStart(8)} kB of ${most / kilobyte} kB ${extension}: ${verdict}\n`);
  if (total > most) isOver = true;
}
process.exit(isOver ? 1 : 0);
