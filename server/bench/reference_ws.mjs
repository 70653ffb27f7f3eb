// The same task for Node's `ws`: node reference_ws.mjs PORT fan|echo. Each message goes to all others, or back.
import { createRequire } from 'node:module';

// NODE_PATH (Debian: /usr/share/nodejs) is honoured by require only.
const { WebSocketServer } = createRequire(import.meta.url)('ws');
const [port, mode] = [Number(process.argv[2]), process.argv[3]];
const server = new WebSocketServer({ host: '127.0.0.1', port, perMessageDeflate: false, clientTracking: true });
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    if (mode === 'echo') {
      socket.send(data, { binary: true });
      return;
    }
    for (const other of server.clients) if (other !== socket) other.send(data, { binary: true });
  });
});
