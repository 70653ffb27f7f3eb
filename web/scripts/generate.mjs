// Makes the TypeScript API in src/api/gen from ../api with protoc and protoc-gen-es, when a source is newer than the output.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = dirname(dirname(fileURLToPath(import.meta.url)));
const api = join(web, '..', 'api');
const output = join(web, 'src', 'api', 'gen');
const stamp = join(output, '.stamp');

const sources = readdirSync(join(api, 'kith', 'v1')).filter((name) => name.endsWith('.proto')).map((name) => join('kith', 'v1', name));
const newest = Math.max(...sources.map((source) => statSync(join(api, source)).mtimeMs), statSync(fileURLToPath(import.meta.url)).mtimeMs);

if (!existsSync(stamp) || statSync(stamp).mtimeMs < newest) {
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  execFileSync(
    process.env['PROTOC'] ?? 'protoc',
    [
      `--plugin=protoc-gen-es=${join(web, 'node_modules', '.bin', 'protoc-gen-es')}`,
      `--es_out=${output}`,
      '--es_opt=target=ts',
      `--proto_path=${api}`,
      ...sources,
    ],
    { stdio: 'inherit' },
  );
  writeFileSync(stamp, '');
}
