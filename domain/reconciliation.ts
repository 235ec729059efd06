// What rows, journal and workflows each say about one model version, and where they differ. Pure: the facts are handed in.
import { entryContentSchema, type EntryContent } from './journal.ts';

export const differenceKinds = [
  'entry_unreadable', 'head', 'version_without_entries', 'entries_without_version', 'stage', 'process_without_entry', 'entry_without_process', 'process_state',
  'review_without_entry', 'entry_without_review', 'review_state', 'decision_without_entry', 'entry_without_decision', 'decision_outcome',
  'process_without_workflow', 'process_with_ended_workflow', 'workflow_runs_on', 'process_not_told', 'outbox_waits', 'not_sealed',
] as const; // prettier-ignore
export type DifferenceKind = (typeof differenceKinds)[number];

export interface Difference {
  kind: DifferenceKind;
  /** What it is about: an id, a stream or a workflow's id. */
  subject: string;
  /** What each of the three says, in words; `-` where it has no say. */
  rows: string;
  journal: string;
  workflow: string;
  /** What to do about it. */
  advice: string;
  /** A message about it is on its way: look again in a minute. */
  isInFlight: boolean;
}

/** What the engine answers about a workflow. */
export const workflowStates = [
  'RUNNING',
  'COMPLETED',
  'FAILED',
  'CANCELED',
  'TERMINATED',
  'TIMED_OUT',
  'MISSING',
] as const;
export type WorkflowState = (typeof workflowStates)[number];

/** The rows of one version, as they stand in one snapshot with the entries of its stream. */
export interface VersionFacts {
  id: string;
  /** undefined: there is no row of this version. */
  stage: string | undefined;
  head: number;
  entries: readonly { position: number; content: string }[];
  processes: readonly { id: string; kind: string; state: string; outcome: string | null }[];
  reviews: readonly { id: string; isOpen: boolean; state: string; outcome: string | null }[];
  decisions: readonly { id: string; reviewId: string; outcome: string }[];
}

/** What the entries of a stream add up to. */
interface JournalSays {
  stage: string | undefined;
  processes: Map<string, { state: string; outcome: string | null }>;
  reviews: Map<string, { isOpen: boolean; state: string; outcome: string | null }>;
  decisions: Map<string, { outcome: string }>;
}

const verifyFirst = 'Run countersign journal verify: somebody changed what was written.';
const tellUs =
  'Nothing of ours writes one without the other: find out who changed the database, and restore it from a backup.';
const spell = (state: string, outcome: string | null) => (outcome === null ? state : `${state} ${outcome}`);

/** Where rows and journal differ about a version. Both are written in one transaction, so none of these is in flight. */
export function compareVersion(facts: VersionFacts): Difference[] {
  const differences: Difference[] = [];
  const add = (kind: DifferenceKind, subject: string, rows: string, journal: string, advice = tellUs) =>
    differences.push({ kind, subject, rows, journal, workflow: '-', advice, isInFlight: false });

  const last = facts.entries.at(-1)?.position ?? 0;
  if (facts.head !== last)
    add('head', facts.id, `the chain ends at ${facts.head}`, `the last entry is ${last}`, verifyFirst);
  const contents: EntryContent[] = [];
  for (const entry of facts.entries) {
    const content = parse(entry.content);
    if (content) contents.push(content);
    else add('entry_unreadable', `${facts.id}/${entry.position}`, '-', 'its content is no entry', verifyFirst);
  }
  if (facts.entries.length === 0)
    add('version_without_entries', facts.id, facts.stage ?? 'missing', 'missing', verifyFirst);
  if (facts.stage === undefined) add('entries_without_version', facts.id, 'missing', `${facts.entries.length} entries`);
  const says = addUp(contents);
  if (facts.stage !== undefined && facts.entries.length > 0 && says.stage !== facts.stage)
    add('stage', facts.id, facts.stage, says.stage ?? 'none');

  match(facts.processes, says.processes, {
    missingEntry: (row) =>
      add('process_without_entry', row.id, `${row.kind} ${spell(row.state, row.outcome)}`, 'missing'),
    missingRow: (id, entry) => add('entry_without_process', id, 'missing', spell(entry.state, entry.outcome)),
    both: (row, entry) => {
      if (row.state !== entry.state || row.outcome !== entry.outcome)
        add('process_state', row.id, spell(row.state, row.outcome), spell(entry.state, entry.outcome));
    },
  });
  match(facts.reviews, says.reviews, {
    missingEntry: (row) => add('review_without_entry', row.id, spell(row.state, row.outcome), 'missing'),
    missingRow: (id, entry) => add('entry_without_review', id, 'missing', spell(entry.state, entry.outcome)),
    both: (row, entry) => {
      const isAlike = row.isOpen ? entry.isOpen : row.state === entry.state && row.outcome === entry.outcome;
      if (!isAlike) add('review_state', row.id, spell(row.state, row.outcome), spell(entry.state, entry.outcome));
    },
  });
  match(facts.decisions, says.decisions, {
    missingEntry: (row) => add('decision_without_entry', row.id, `${row.outcome} on ${row.reviewId}`, 'missing'),
    missingRow: (id, entry) => add('entry_without_decision', id, 'missing', entry.outcome),
    both: (row, entry) => {
      if (row.outcome !== entry.outcome) add('decision_outcome', row.id, row.outcome, entry.outcome);
    },
  });
  return differences;
}

function match<Row extends { id: string }, Entry>(
  rows: readonly Row[],
  entries: ReadonlyMap<string, Entry>,
  hear: {
    missingEntry: (row: Row) => void;
    missingRow: (id: string, entry: Entry) => void;
    both: (row: Row, entry: Entry) => void;
  },
): void {
  const known = new Set(rows.map((row) => row.id));
  for (const row of rows) {
    const entry = entries.get(row.id);
    if (entry === undefined) hear.missingEntry(row);
    else hear.both(row, entry);
  }
  for (const [id, entry] of entries) if (!known.has(id)) hear.missingRow(id, entry);
}

function parse(content: string): EntryContent | undefined {
  try {
    return entryContentSchema.safeParse(JSON.parse(content)).data;
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

function addUp(contents: readonly EntryContent[]): JournalSays {
  const says: JournalSays = { stage: undefined, processes: new Map(), reviews: new Map(), decisions: new Map() };
  for (const { type, data } of contents) {
    const [processId, reviewId] = [text(data.processId), text(data.reviewId)];
    if (type === 'model_version.submitted') says.processes.set(processId, { state: 'RUNNING', outcome: null });
    if (type === 'process.started') says.processes.set(processId, { state: 'RUNNING', outcome: null });
    if (type === 'process.ended') says.processes.set(processId, { state: 'COMPLETED', outcome: text(data.outcome) });
    if (type === 'review.opened') says.reviews.set(reviewId, { isOpen: true, state: 'READY', outcome: null });
    if (type === 'review.closed')
      says.reviews.set(reviewId, { isOpen: false, state: text(data.state), outcome: textOrNull(data.outcome) });
    if (type === 'decision.recorded' || type === 'decision.carried')
      says.decisions.set(text(data.decisionId), { outcome: text(data.outcome) });
    says.stage = stageAfterEntry(type, data) ?? says.stage;
  }
  return says;
}

function stageAfterEntry(type: string, data: Record<string, unknown>): string | undefined {
  if (type === 'model_version.submitted' || type === 'model_version.evidence_updated') return 'registered';
  if (type === 'model_version.withdrawn') return 'withdrawn';
  const { stage } = data;
  return typeof stage === 'object' && stage !== null && 'to' in stage ? text(stage.to) : undefined;
}

/** What is known of a process and of its workflow. */
export interface ProcessFacts {
  id: string;
  workflowId: string;
  kind: string;
  isRunning: boolean;
  outcome: string | null;
  /** How long its row says so, in milliseconds. */
  ageMs: number;
  /** Lines in the outbox for its workflow. */
  lines: number;
  workflow: WorkflowState;
  /** Reviews of it are closed, none is open, and this long ago the last one closed; undefined otherwise. */
  waitsSinceMs: number | undefined;
}

const FEW_SECONDS = 5_000;
const ONE_MINUTE = 60_000;

/** Where the row of a process and its workflow differ. */
export function compareWorkflow(process: ProcessFacts): Difference | undefined {
  const { isRunning, workflow } = process;
  const differ = (kind: DifferenceKind, advice: string, isInFlight: boolean): Difference => ({
    kind,
    subject: process.workflowId,
    rows: `${process.kind} ${isRunning ? 'RUNNING' : spell('COMPLETED', process.outcome)}`,
    journal: '-',
    workflow,
    advice: isInFlight ? 'On its way: look again in a minute.' : advice,
    isInFlight,
  });
  const isOnItsWay = process.lines > 0 || process.ageMs < FEW_SECONDS;
  if (!isRunning)
    return workflow === 'RUNNING'
      ? differ('workflow_runs_on', 'It only has to hear that it has ended: terminate it in Temporal.', isOnItsWay)
      : undefined;
  if (workflow === 'MISSING')
    return differ(
      'process_without_workflow',
      'Run countersign admin reconcile --repair: it begins again where the rows stand.',
      isOnItsWay,
    );
  if (workflow !== 'RUNNING')
    return differ(
      'process_with_ended_workflow',
      'Reset the workflow in Temporal to its last workflow task that went well.',
      isOnItsWay,
    );
  if (process.waitsSinceMs !== undefined && process.waitsSinceMs > ONE_MINUTE)
    return differ(
      'process_not_told',
      'Run countersign admin reconcile --repair: it is told again which reviews are closed.',
      process.lines > 0,
    );
  return undefined;
}
