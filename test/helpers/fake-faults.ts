import type { IncomingMessage, ServerResponse } from 'node:http';

/** What a faulty registry does to a request instead of, or beside, answering it. */
export type Effect =
  /** Answers with a status, and does nothing. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly headers?: Reply['headers'];
      readonly body?: string;
    }
  /** Takes this many bytes of the request's body, then closes the connection. */
  | { readonly kind: 'cut-request'; readonly after: number }
  /** Takes this many bytes of the request's body, then no more, and never answers. */
  | { readonly kind: 'stall-request'; readonly after: number }
  /** Does what was asked, then closes the connection instead of answering. */
  | { readonly kind: 'lose-answer' }
  /** Sends this many bytes of the answer's body, then closes the connection. */
  | { readonly kind: 'cut-answer'; readonly after: number }
  /** Ends the body early, as if that were all. */
  | { readonly kind: 'short-answer'; readonly bytes: number }
  /** Alters the first byte of the body. */
  | { readonly kind: 'corrupt-answer' }
  /** Takes the whole request and never answers. */
  | { readonly kind: 'hang' }
  /** Sends this many bytes of the answer's body, then nothing. */
  | { readonly kind: 'stall-answer'; readonly after: number }
  | { readonly kind: 'redirect'; readonly to: string; readonly status?: number }
  /** Answers with another value of a header. */
  | { readonly kind: 'header'; readonly name: string; readonly value: string };

/** A fault as data: which requests it hits, how often, and what it does. */
export interface RegistryFault {
  readonly method?: string;
  /** Part of the path with its query. */
  readonly path?: string | RegExp;
  /** Requests that pass before it begins; 0 by default. */
  readonly skip?: number;
  /** Requests that it hits; 1 by default. */
  readonly times?: number;
  readonly effect: Effect;
}

/** The faults of one server, counted down as they hit. */
export interface FaultList {
  add(...faults: readonly RegistryFault[]): void;
  /** The effect on a request, if any. */
  effectOn(request: Pick<IncomingMessage, 'method' | 'url'>): Effect | undefined;
  /** Faults that still wait for a request. */
  left(): number;
  /** Heals the server. */
  clear(): void;
}

export function faultList(initial: readonly RegistryFault[]): FaultList {
  const entries: { readonly fault: RegistryFault; skip: number; times: number }[] = [];
  const add: FaultList['add'] = (...faults) => {
    for (const fault of faults) entries.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
  };
  add(...initial);
  return {
    add,
    clear: () => {
      entries.length = 0;
    },
    left: () => entries.filter(({ times }) => times > 0).length,
    effectOn: ({ method, url = '' }) => {
      const hit = entries.find(({ fault, times }) => times > 0 && matches(fault, method, url));
      if (hit === undefined) return undefined;
      if (hit.skip > 0) {
        hit.skip--;
        return undefined;
      }
      hit.times--;
      return hit.fault.effect;
    },
  };
}

function matches({ method, path }: RegistryFault, asked: string | undefined, url: string): boolean {
  if (method !== undefined && method !== asked) return false;
  return path === undefined || (typeof path === 'string' ? url.includes(path) : path.test(url));
}

/** An answer before it is sent. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Uint8Array;
}

/** Sends an answer, with the fault's effect on it. */
export function sendReply(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  effect?: Effect,
): void {
  let body = Buffer.from(reply.body ?? []);
  if (effect?.kind === 'lose-answer') {
    response.socket?.destroy();
    return;
  }
  if (effect?.kind === 'short-answer') body = body.subarray(0, effect.bytes);
  if (effect?.kind === 'corrupt-answer' && body.length > 0) body[0] = (body[0] ?? 0) ^ 0xff;
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value);
  if (effect?.kind === 'header') response.setHeader(effect.name, effect.value);
  if (effect?.kind === 'short-answer' || (!response.hasHeader('content-length') && reply.status !== 204))
    response.setHeader('content-length', body.length);
  response.writeHead(reply.status);
  if (request.method === 'HEAD') {
    response.end();
  } else if (effect?.kind === 'cut-answer' || effect?.kind === 'stall-answer') {
    response.write(body.subarray(0, effect.after), () => {
      if (effect.kind === 'cut-answer') response.socket?.destroy();
    });
  } else {
    response.end(body);
  }
}
