import { renderRequest } from '../load/http-connection.ts';

export interface InboxOptions {
  tokens: string[];
  /** Pages in all. */
  count: number;
}

/** The first page of 50 of each person's inbox, again and again. */
export function prepare({ tokens, count }: InboxOptions): Buffer[][] {
  return tokens.map((token) => {
    const request = renderRequest('GET', '/v1/reviews?view=me&limit=50', { authorization: `Bearer ${token}` });
    return Array<Buffer>(Math.ceil(count / tokens.length)).fill(request);
  });
}
