// A proxy that passes connections on as they are and writes down the first request of each: what a client tried.
import { connect, createServer } from 'node:net';

export class CountingProxy {
  requests = [];
  #sockets = new Set();

  static async before(server) {
    const proxy = new CountingProxy();
    proxy.listener = createServer((client) => proxy.#pass(client, server.port));
    await new Promise((resolve) => proxy.listener.listen(0, '127.0.0.1', resolve));
    proxy.port = proxy.listener.address().port;
    return proxy;
  }

  #pass(client, port) {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      const line = /^([A-Z]+) (\S+) HTTP/.exec(chunk.toString('latin1'));
      if (line) this.requests.push(`${line[1]} ${line[2].split('?')[0]}`);
    });
    client.pipe(upstream);
    upstream.pipe(client);
  }

  /** The address of a server as it is behind the proxy. */
  through(url) {
    const address = new URL(url);
    address.port = String(this.port);
    return address.href;
  }

  /** Cuts every connection at once; new ones pass. */
  cut() {
    for (const socket of this.#sockets) socket.destroy();
  }

  close() {
    this.listener.close();
    this.cut();
  }
}
