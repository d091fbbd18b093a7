import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server on the loopback that stands for upstream. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Every request so far, oldest first. */
  readonly requests: readonly Pick<IncomingMessage, 'url' | 'headers'>[];
  close(): Promise<void>;
}

/** Starts a server on a free port of 127.0.0.1. */
export async function serve(handler: RequestListener): Promise<TestServer> {
  const requests: Pick<IncomingMessage, 'url' | 'headers'>[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    handler(request, response);
  });
  const port = await listen(server);
  return { url: `http://127.0.0.1:${port}`, port, server, requests, close: () => close(server) };
}

/** Listens on a free port of 127.0.0.1 and returns it. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Closes a server and whatever still hangs on it. */
export async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
