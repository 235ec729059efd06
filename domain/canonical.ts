import canonicalize from 'canonicalize';

/** Canonical JSON of RFC 8785: the one spelling of a value, so that its digest is the value's name. Throws on NaN, infinity and lone surrogates. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('There is no canonical JSON for undefined');
  return text;
}
