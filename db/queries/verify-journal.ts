import type pg from 'pg';
import {
  emptyHead,
  entryProblem,
  type BrokenEntry,
  type ChainHead,
  type StoredEntry,
  type Verification,
} from '../../domain/journal.ts';
import type { Database } from '../client.ts';
import { sha256 } from '../sha256.ts';

export interface VerifyJournal {
  /** Only this stream; all of them when absent. */
  stream?: string;
  /** Hears how many entries were checked so far, now and then. */
  onProgress?: (entries: number) => void;
}

const BATCH = 4_000;

/**
 * Walks every chain over its stored bytes, in one snapshot, and names the first entry that does not hold: changed, moved, missing,
 * with copies beside it that say something else, or at odds with the head of its stream. Memory stays flat.
 */
export async function verifyJournal(database: Database, options: VerifyJournal = {}): Promise<Verification> {
  return database.withTransaction(async (_tx, client) => {
    await client.query(`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL timezone = 'UTC'`);
    const walk = new ChainWalk(client, options);
    const broken = await walk.findFirstBroken();
    return { ok: broken === undefined, streams: walk.streams, entries: walk.entries, broken: broken ?? null };
  });
}

class ChainWalk {
  streams = 0;
  entries = 0;
  private stream: string | undefined;
  private head: ChainHead = emptyHead;
  private readonly client: pg.PoolClient;
  private readonly options: VerifyJournal;

  constructor(client: pg.PoolClient, options: VerifyJournal) {
    this.client = client;
    this.options = options;
  }

  async findFirstBroken(): Promise<BrokenEntry | undefined> {
    const broken = await this.walkEntries();
    return (await this.findHeadWithoutEntries(broken?.stream)) ?? broken;
  }

  private async walkEntries(): Promise<BrokenEntry | undefined> {
    let next: Promise<StoredEntry<Buffer>[]> | undefined = this.readBatch(undefined);
    while (next !== undefined) {
      const batch: StoredEntry<Buffer>[] = await next;
      const last = batch.at(-1);
      const ends = this.endsOf(batch);
      // Asked for before this batch is hashed, so that PostgreSQL reads while we compute.
      const heads = this.readHeads(last === undefined || this.stream === undefined ? ends : [...ends, this.stream]);
      next = last && batch.length === BATCH ? this.readBatch(last) : undefined;
      next?.catch(() => undefined);
      const broken = this.checkBatch(batch, await heads);
      if (broken) {
        await next?.catch(() => undefined);
        return broken;
      }
      this.options.onProgress?.(this.entries);
    }
    const { stream } = this;
    return stream === undefined
      ? undefined
      : endProblem(stream, this.head, (await this.readHeads([stream])).get(stream));
  }

  /** Streams whose last entry is in this batch, but for the one that may go on in the next. */
  private endsOf(batch: readonly StoredEntry<Buffer>[]): string[] {
    const streams: string[] = [];
    for (const { stream } of batch) if (stream !== streams.at(-1)) streams.push(stream);
    streams.pop();
    return streams;
  }

  private checkBatch(
    batch: readonly StoredEntry<Buffer>[],
    heads: ReadonlyMap<string, ChainHead>,
  ): BrokenEntry | undefined {
    for (const stored of batch) {
      if (stored.stream !== this.stream) {
        const broken =
          this.stream === undefined ? undefined : endProblem(this.stream, this.head, heads.get(this.stream));
        if (broken) return broken;
        this.stream = stored.stream;
        this.head = emptyHead;
        this.streams += 1;
      }
      const broken = entryProblem(this.head, stored, sha256);
      this.entries += 1;
      if (broken) return broken;
      this.head = { position: stored.position, hash: stored.hash };
    }
    return undefined;
  }

  private async readBatch(after: { stream: string; position: number } | undefined): Promise<StoredEntry<Buffer>[]> {
    const { stream } = this.options;
    const values: unknown[] = [stream ?? null, after?.stream ?? '', after?.position ?? 0];
    const { rows } = await this.client.query<string[]>({
      name: 'verify_journal_entries',
      rowMode: 'array',
      types: asText,
      text: `SELECT stream, position, type, at, actor_type, actor_id, hash, encode(content, 'base64') FROM journal.entries
        WHERE ($1::text IS NULL OR stream = $1) AND (stream, position) > ($2, $3::int)
        ORDER BY stream, position LIMIT ${BATCH}`,
      values,
    });
    return rows.map(storedEntry);
  }

  private async readHeads(streams: readonly string[]): Promise<Map<string, ChainHead>> {
    if (streams.length === 0) return new Map();
    const { rows } = await this.client.query<{ stream: string; position: number; hash: string }>({
      name: 'verify_journal_heads',
      text: 'SELECT stream, position, hash FROM journal_heads WHERE stream = ANY($1)',
      values: [streams],
    });
    return new Map(rows.map(({ stream, position, hash }) => [stream, { position, hash }]));
  }

  /** A stream whose entries are all gone; only its head remembers them. */
  private async findHeadWithoutEntries(before: string | undefined): Promise<BrokenEntry | undefined> {
    const { rows } = await this.client.query<{ stream: string }>(
      `SELECT head.stream FROM journal_heads head
       WHERE head.position > 0 AND ($1::text IS NULL OR head.stream = $1) AND ($2::text IS NULL OR head.stream < $2)
         AND NOT EXISTS (SELECT FROM journal.entries entry WHERE entry.stream = head.stream)
       ORDER BY head.stream LIMIT 1`,
      [this.options.stream ?? null, before ?? null],
    );
    return rows[0] && { stream: rows[0].stream, position: 1, problem: 'entry 1 is missing, and all that followed' };
  }
}

/** Every column as PostgreSQL spells it, and bytes as base64: parsing dates and hexadecimal of millions of rows costs more than hashing them. */
const asText = { getTypeParser: () => (text: string) => text };

function storedEntry(row: string[]): StoredEntry<Buffer> {
  const [stream = '', position = '', type = '', at = '', actorType = '', actorId = '', hash = '', content = ''] = row;
  return {
    stream,
    position: Number(position),
    bytes: Buffer.from(content, 'base64'),
    hash,
    copies: { type, at: at.replace(' ', 'T').replace(/\+00$/, 'Z'), actorType, actorId },
  };
}

function endProblem(stream: string, last: ChainHead, head: ChainHead | undefined): BrokenEntry | undefined {
  if (!head) return { stream, position: last.position, problem: 'the head of its chain is gone' };
  if (head.position > last.position)
    return {
      stream,
      position: last.position + 1,
      problem: `entry ${last.position + 1} is missing: the chain goes on to ${head.position}`,
    };
  if (head.position < last.position)
    return {
      stream,
      position: head.position + 1,
      problem: `it stands behind the end of its chain, which is ${head.position}`,
    };
  if (head.hash !== last.hash)
    return { stream, position: last.position, problem: 'the head of its chain names another hash' };
  return undefined;
}
