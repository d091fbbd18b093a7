import type { Call, Client } from './http.ts';
import type { Descriptor } from './store.ts';
import type { Answer } from '../http/wire.ts';

/** With these a storage may refuse the method alone. */
const OF_METHOD: ReadonlySet<number> = new Set([400, 401, 403, 405]);

/**
 * Asks whether a registry has content of the descriptor's size; undefined when it has not. It is
 * asked by HEAD. A registry may send even that to its storage, by a URL that is signed for GET
 * alone: then the first byte is asked for.
 *
 * @throws what {@link Client.send} throws
 */
export async function lookAt(
  client: Client,
  call: Pick<Call, 'url' | 'headers' | 'scopes'>,
  { size }: Descriptor,
): Promise<Answer | undefined> {
  const head = await client.send({ ...call, method: 'HEAD', expect: [200, 404, ...OF_METHOD] });
  const away = head.url.href !== call.url.href;
  if (OF_METHOD.has(head.status) && !away) throw client.refusal(head, { ...call, method: 'HEAD' });
  const answer = OF_METHOD.has(head.status) ? await firstByte(client, call) : head;
  const length = answer.header('content-range')?.split('/')[1] ?? answer.header('content-length');
  const fits = length === undefined || Number(length) === size;
  return answer.status !== 404 && fits ? answer : undefined;
}

async function firstByte(client: Client, call: Pick<Call, 'url' | 'headers' | 'scopes'>): Promise<Answer> {
  const answer = await client.send({
    ...call,
    method: 'GET',
    headers: { ...call.headers, range: 'bytes=0-0' },
    stream: true,
    // 416 of what is empty.
    expect: [200, 206, 404, 416],
  });
  // Begun and left, so that the connection ends.
  for await (const _ of answer.stream ?? []) break;
  return answer;
}
