// Builds the client into dist/, static files that the server embeds. `npm run dev` serves it and passes the API on to a local server.
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { serviceWorker } from './scripts/service_worker_plugin.ts';

const server = process.env['KITH_SERVER'] ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [svelte(), serviceWorker()],
  resolve: {
    alias: { entities: fileURLToPath(new URL('./src/markdown/entities.ts', import.meta.url)) },
  },
  build: {
    outDir: 'dist',
    // For the budget script.
    manifest: true,
    target: 'es2023',
    // These know light-dark(). Translated for older ones, a colour would be settled at the root, and the call's stage, dark in
    // every theme, could not turn its tokens dark.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    // Inlined fonts and pictures would need `data:` in more CSP directives and cannot be cached by themselves.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/healthz': server,
    },
  },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    restoreMocks: true,
  },
});
