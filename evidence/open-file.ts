/** What a file turned out to be, or why it cannot be read. */
export type OpenedFile = { ok: true; digest: string; bytes: number } | { ok: false; problem: string };

/**
 * Reads a file by URI, digests it and writes the same bytes to `copyTo`. Handed in by whoever puts the program together, because this
 * room knows nothing of where files live.
 */
export type OpenFile = (
  uri: string,
  roots: readonly string[],
  options: { copyTo?: string; maximumBytes?: number; signal?: AbortSignal },
) => Promise<OpenedFile>;
