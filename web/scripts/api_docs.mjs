// Makes the API reference from ../api: openapi.json and, for /docs/api, a page of it. Fails on whatever has no comment.
//   node scripts/api_docs.mjs FOLDER          writes FOLDER/{index.html,reference.css,tokens.css,openapi.json}
//   node scripts/api_docs.mjs --check FILE    fails if FILE is not the openapi.json of the schema
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openApi } from './api_docs/openapi.mjs';
import { referencePage } from './api_docs/page.mjs';
import { readSchema } from './api_docs/schema.mjs';

const scripts = dirname(fileURLToPath(import.meta.url));
const web = dirname(scripts);
const version = JSON.parse(readFileSync(join(web, 'package.json'), 'utf8')).version;
const [first, second] = process.argv.slice(2);
if (!first || (first === '--check' && !second)) {
  console.error('usage: api_docs.mjs FOLDER | api_docs.mjs --check FILE');
  process.exit(2);
}

const schema = readSchema(join(web, '..', 'api'));
if (schema.uncommented.length > 0) {
  console.error(`no comment in the schema: ${schema.uncommented.join(', ')}`);
  process.exit(1);
}
const document = `${JSON.stringify(openApi(schema, version), null, 2)}\n`;

if (first === '--check') {
  if (readFileSync(second, 'utf8') !== document) {
    console.error(`${second} is out of date: node web/scripts/api_docs.mjs docs/api`);
    process.exit(1);
  }
} else {
  mkdirSync(first, { recursive: true });
  writeFileSync(join(first, 'openapi.json'), document);
  writeFileSync(join(first, 'index.html'), referencePage(schema, version));
  copyFileSync(join(scripts, 'api_docs', 'reference.css'), join(first, 'reference.css'));
  copyFileSync(join(web, 'src', 'styles', 'tokens.css'), join(first, 'tokens.css'));
}
