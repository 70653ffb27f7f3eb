// Builds src/sw.ts into dist/sw.js, one plain script with the list of files to keep and a version made of their names.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import type { Plugin } from 'vite';

const source = fileURLToPath(new URL('../src/sw.ts', import.meta.url));

/** Files of `public/` that belong to the shell; the rest (licences) is fetched when wanted. */
const publicShell = ['favicon.svg', 'app-icon.svg', 'manifest.webmanifest'];

/** Adds the service worker to a production build; in development there is none. */
export function serviceWorker(): Plugin {
  return {
    name: 'kith-service-worker',
    apply: 'build',
    async generateBundle(_, bundle) {
      if (!existsSync(source)) return;
      const built = Object.keys(bundle).filter((name) => !name.endsWith('.map') && name !== 'index.html');
      const files = ['/', ...built, ...publicShell].map((name) => (name === '/' ? name : `/${name}`)).sort();
      const hash = createHash('sha256');
      for (const name of Object.keys(bundle).sort()) {
        const item = bundle[name]!;
        hash.update(name).update(item.type === 'chunk' ? item.code : item.source);
      }
      const version = hash.digest('hex').slice(0, 16);
      const worker = await rolldown({
        input: source,
        transform: { define: { SHELL_FILES: JSON.stringify(files), SHELL_VERSION: JSON.stringify(version) } },
      });
      const { output } = await worker.generate({ format: 'iife', minify: true });
      this.emitFile({ type: 'asset', fileName: 'sw.js', source: output[0].code });
    },
  };
}
