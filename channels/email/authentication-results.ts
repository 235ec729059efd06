// What our own mail server found out about a sender (RFC 8601). Only the header under its own name is believed; it strips those of others.

/** Whether the server vouches for the domain in From: DMARC passed for it, or a DKIM signature of that domain or one above it. */
export function isAligned(headers: readonly string[], authservId: string, fromDomain: string): boolean {
  const own = headers.map(parse).filter(({ id }) => id === authservId.toLowerCase());
  // Two of one name: one of them is not its.
  if (own.length !== 1) return false;
  const results = own[0]!.results;
  const dmarc = results.filter(({ method }) => method === 'dmarc');
  if (dmarc.some(({ result }) => result === 'fail')) return false;
  return (
    dmarc.some(({ result, properties }) => result === 'pass' && properties.get('header.from') === fromDomain) ||
    results.some(
      ({ method, result, properties }) =>
        method === 'dkim' && result === 'pass' && isSameOrAbove(properties.get('header.d') ?? '', fromDomain),
    )
  );
}

const isSameOrAbove = (signer: string, from: string): boolean =>
  signer.includes('.') && (signer === from || from.endsWith(`.${signer}`));

interface Result {
  method: string;
  result: string;
  properties: Map<string, string>;
}

function parse(header: string): { id: string; results: Result[] } {
  const [first = '', ...parts] = withoutComments(header.slice(0, 8_000)).toLowerCase().split(';');
  const results = parts.flatMap((part) => {
    const [outcome = '', ...rest] = part.trim().split(/\s+/);
    const [, method, result] = /^([a-z0-9-]+)(?:\/\d+)?=([a-z]+)$/.exec(outcome) ?? [];
    if (method === undefined || result === undefined) return [];
    const properties = rest.flatMap((word): [string, string][] => {
      const at = word.indexOf('=');
      return at > 0 ? [[word.slice(0, at), word.slice(at + 1).replace(/^"|"$/g, '')]] : [];
    });
    return [{ method, result, properties: new Map(properties) }];
  });
  return { id: first.trim().split(/\s+/)[0] ?? '', results };
}

function withoutComments(text: string): string {
  let depth = 0;
  let kept = '';
  for (const letter of text) {
    if (letter === '(') depth += 1;
    else if (letter === ')') depth = Math.max(0, depth - 1);
    else if (depth === 0) kept += letter;
  }
  return kept;
}
