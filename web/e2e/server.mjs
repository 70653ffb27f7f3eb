// One real server per test: its own data folder, its own port on the loopback, killed and started again at will.
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const binary = process.env.KITH_BINARY;
const startLimit_ms = 15_000;

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export class Server {
  #process;
  #log = '';

  /** Starts a server with an empty data folder. `flags`: more of `kith serve`'s. */
  static async start(flags = []) {
    if (!binary) throw new Error('KITH_BINARY must name the kith binary');
    const server = new Server();
    server.folder = await mkdtemp(join(tmpdir(), 'kith-e2e-'));
    server.port = await freePort();
    server.origin = `http://127.0.0.1:${server.port}`;
    server.flags = flags;
    await server.run();
    return server;
  }

  /** Starts the process and waits until it answers. */
  async run() {
    // Tests run side by side: any free port for calls.
    const mediaPorts = this.flags.includes('--media-port') ? [] : ['--media-port', '0', '--media-tcp-port', '0'];
    this.#process = spawn(binary, ['serve', '--data-dir', this.folder, '--listen', `127.0.0.1:${this.port}`, ...mediaPorts, ...this.flags], { stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream.on('data', (chunk) => (this.#log += chunk));
    const deadline = Date.now() + startLimit_ms;
    for (;;) {
      const answer = await fetch(`${this.origin}/healthz`).catch(() => undefined);
      if (answer?.ok) return;
      if (this.#process.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start:\n${this.#log}`);
      await pause(25);
    }
  }

  /** Ends the process at once, as a power cut would. */
  async kill() {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }

  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Calls the API as JSON. */
  async call(method, request, token) {
    const answer = await fetch(`${this.origin}/api/kith.v1.${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'connect-protocol-version': '1', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify(request),
    });
    const body = await answer.json();
    if (!answer.ok) throw new Error(`${method}: ${JSON.stringify(body)}`);
    return body;
  }
}
