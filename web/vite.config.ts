// Builds the client into dist/, static files that the server embeds. `npm run dev` serves it and passes the API on to a local server.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { serviceWorker } from './scripts/service_worker_plugin.ts';

const server = process.env['KITH_SERVER'] ?? 'http://localhost:8080';

export default defineConfig({
  plugins: [svelte(), serviceWorker()],
  build: {
    outDir: 'dist',
    target: 'es2023',
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
