import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { close, listen } from './http-server.ts';

/** A proxy that only tunnels, as undici asks for, and notes where to. */
export interface Proxy {
  readonly url: string;
  readonly asked: (string | undefined)[];
  close(): Promise<void>;
}

/** Starts one whose every tunnel ends at one port of the loopback, whatever was asked for. */
export async function startProxy(port: () => number): Promise<Proxy> {
  const asked: (string | undefined)[] = [];
  const open = new Set<Duplex>();
  const listening = createServer().on('connect', (incoming, socket) => {
    asked.push(incoming.url);
    const tunnel = connect(port(), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      tunnel.pipe(socket).pipe(tunnel);
    });
    for (const end of [tunnel, socket]) {
      open.add(end.on('error', () => {}));
    }
  });
  const url = `http://127.0.0.1:${await listen(listening)}`;
  const end = async (): Promise<void> => {
    for (const socket of open) socket.destroy();
    await close(listening);
  };
  return { url, asked, close: end };
}
