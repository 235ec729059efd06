import type { CheckpointVerdict, Verification } from '../domain/journal.ts';
import type { Database, DbOrTx } from '../db/client.ts';
import { readCheckpoints, readLeaves, type LeafWithContent } from '../db/queries/read-leaves.ts';
import { verifyJournal, type VerifyJournal } from '../db/queries/verify-journal.ts';
import { NoteError, openCheckpoint, parseVerifierKey, type Verifier } from './checkpoint.ts';
import { emptyRange, extendRange, hashLeaf, rootOfRange, type CompactRange } from './merkle.ts';

export interface VerifyCheckpoints {
  /** Signed notes that were kept outside the database. */
  checkpoints: readonly string[];
  /** The log's verifier key, kept outside the database as well. */
  publicKey: string;
}

/**
 * Every chain, and whether the stored entries are those that the checkpoints signed: this also shows that somebody with all
 * rights to the database rewrote a whole chain, cut its end or wrote other checkpoints. Throws NoteError for a key that is none.
 */
export async function verifyJournalWithCheckpoints(
  database: Database,
  options: VerifyJournal & VerifyCheckpoints,
): Promise<Verification> {
  const chains = await verifyJournal(database, options);
  const checkpoints = await verifyCheckpoints(database, options);
  return { ...chains, ok: chains.ok && checkpoints.every((verdict) => verdict.ok), checkpoints };
}

const BATCH = 4_000;

/**
 * Recomputes the root at the size of each checkpoint from the stored entries; one verdict each, smallest first, and one more for
 * each checkpoint in the database that does not hold.
 */
export async function verifyCheckpoints(
  database: Database,
  { checkpoints, publicKey }: VerifyCheckpoints,
): Promise<CheckpointVerdict[]> {
  const verifier = parseVerifierKey(publicKey);
  const signed = checkpoints.map((note) => openExternal(verifier, note));
  return database.withTransaction(async (tx, client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return new TreeWalk(tx, publicKey, verifier, signed).verdicts();
  });
}

interface SignedRoot {
  size: number;
  root: string;
  isStored: boolean;
  problem: string | null;
}

function openExternal(verifier: Verifier, note: string): SignedRoot {
  try {
    const { size, root } = openCheckpoint(verifier, note);
    return { size, root: root.toString('base64'), isStored: false, problem: null };
  } catch (error) {
    if (error instanceof NoteError)
      return { size: 0, root: '', isStored: false, problem: `It is no checkpoint of this journal: ${error.message}.` };
    throw error;
  }
}

class TreeWalk {
  private range: CompactRange = emptyRange;
  private readonly roots = new Map<number, string>();
  /** What is wrong with the stored leaves from some number on. */
  private fault: string | undefined;
  private firstChanged: string | undefined;
  private readonly tx: DbOrTx;
  private readonly publicKey: string;
  private readonly verifier: Verifier;
  private readonly external: readonly SignedRoot[];

  constructor(tx: DbOrTx, publicKey: string, verifier: Verifier, external: readonly SignedRoot[]) {
    this.tx = tx;
    this.publicKey = publicKey;
    this.verifier = verifier;
    this.external = external;
  }

  async verdicts(): Promise<CheckpointVerdict[]> {
    const bad: CheckpointVerdict[] = [];
    const storedRoots = new Map<number, string>();
    const wanted = new Set(this.external.map((checkpoint) => checkpoint.size));
    for (;;) {
      const from = this.range.size;
      const leaves = this.fault === undefined ? await readLeaves(this.tx, from, BATCH) : [];
      const isLast = leaves.length < BATCH;
      const stored = await this.readStored(from, isLast ? Number.MAX_SAFE_INTEGER : from + leaves.length);
      for (const { size, root } of stored) if (wanted.has(size)) storedRoots.set(size, root);
      this.grow(leaves, [...stored.map(({ size }) => size), ...wanted]);
      bad.push(...stored.map((checkpoint) => this.judge(checkpoint)).filter((verdict) => !verdict.ok));
      for (const { size } of stored) if (!wanted.has(size)) this.roots.delete(size);
      if (isLast) break;
    }
    const judged = this.external.map((checkpoint) => {
      const verdict = this.judge(checkpoint);
      if (!verdict.ok || storedRoots.get(checkpoint.size) === checkpoint.root || checkpoint.size === 0) return verdict;
      return {
        size: checkpoint.size,
        ok: false,
        problem: 'The database has lost this checkpoint, or has another in its place.',
      };
    });
    return [...judged, ...bad].sort((a, b) => a.size - b.size);
  }

  private async readStored(above: number, upTo: number): Promise<SignedRoot[]> {
    const rows = await readCheckpoints(this.tx, above, upTo);
    return rows.map(({ size, rootHash, note, verifierKey }) => {
      const stored: SignedRoot = { size, root: rootHash, isStored: true, problem: null };
      // Signed with a key of before: only its root can be checked here.
      if (verifierKey !== this.publicKey) return stored;
      const opened = openExternal(this.verifier, note);
      const problem =
        opened.problem ??
        (opened.size === size && opened.root === rootHash ? null : 'It says something else than its note.');
      return { ...stored, problem };
    });
  }

  private grow(leaves: readonly LeafWithContent[], sizes: readonly number[]): void {
    const stops = new Set(sizes);
    let hashes: Buffer[] = [];
    const flush = () => {
      this.range = extendRange(this.range, hashes);
      hashes = [];
    };
    for (const [index, leaf] of leaves.entries()) {
      const place = `entry ${leaf.position} of ${leaf.stream}`;
      if (leaf.content === null) this.fault = `${place}, which was sealed, is missing`;
      else if (leaf.number !== this.range.size + hashes.length)
        this.fault = `sealed entry number ${this.range.size + hashes.length} is missing`;
      if (leaf.content === null || this.fault !== undefined) break;
      const hash = hashLeaf(leaf.content);
      if (!hash.equals(leaf.leafHash)) this.firstChanged ??= place;
      hashes.push(hash);
      const size = this.range.size + hashes.length;
      if (!stops.has(size) && index !== leaves.length - 1) continue;
      flush();
      this.roots.set(size, rootOfRange(this.range).toString('base64'));
    }
    flush();
  }

  private judge({ size, root, isStored, problem }: SignedRoot): CheckpointVerdict {
    const what = isStored ? 'Kept in the database: ' : '';
    const bad = (text: string): CheckpointVerdict => ({ size, ok: false, problem: `${what}${text}` });
    if (problem !== null) return bad(problem);
    if (size > this.range.size)
      return bad(
        `${size} entries were signed and ${this.range.size} of them are there: ${this.fault ?? 'the end is missing'}.`,
      );
    const computed = size === 0 ? rootOfRange(emptyRange).toString('base64') : this.roots.get(size);
    if (computed === root) return { size, ok: true, problem: null };
    const first = this.firstChanged === undefined ? '' : ` The first of them is ${this.firstChanged}.`;
    return bad(`Among its ${size} entries are others than those that were signed.${first}`);
  }
}
