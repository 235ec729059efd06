// Addresses of pages that others link to.

export const versionHref = (version: { model: string; version: string }): string =>
  `/models/${encodeURIComponent(version.model)}/versions/${encodeURIComponent(version.version)}`;

export const policyHref = (policy: { id: string; version: number }): string =>
  `/policies/${encodeURIComponent(policy.id)}/versions/${policy.version}`;

/** `queue` holds the reviews to be read after this one. */
export const reviewHref = (id: string, queue: readonly string[] = []): string =>
  `/reviews/${encodeURIComponent(id)}${queue.length > 0 ? `?${queue.map((next) => `queue=${encodeURIComponent(next)}`).join('&')}` : ''}`;
