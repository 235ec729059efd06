// A review and its people on the rules of domain/, with everything around them played from a seed: who comes when, what each saw,
// whose answer is lost on the way and asked for again.
import { refusalOf } from '../../domain/decision.ts';
import {
  chainEntries,
  emptyHead,
  entryProblem,
  type ChainedEntry,
  type ChainHead,
  type EntryType,
} from '../../domain/journal.ts';
import {
  isClosed,
  outcomeOf,
  stateAfter,
  tally,
  type DecideCommand,
  type DecisionOutcome,
  type GivenDecision,
  type QuorumRule,
  type ReviewKind,
  type ReviewOutcome,
  type ReviewState,
} from '../../domain/review.ts';
import type { Person } from '../../domain/actor.ts';
import { sha256 } from '../../db/sha256.ts';

export interface Played {
  /** Sentences, each about a promise that did not hold. */
  breaches: string[];
  played: number;
  lostAnswers: number;
  /** The outcome, or the state where that says more. */
  end: string;
}

interface Kept extends GivenDecision {
  key: string;
  answer: string;
}

/** The row as PostgreSQL keeps it. */
interface Row {
  kind: ReviewKind;
  state: ReviewState;
  outcome: ReviewOutcome | null;
  revision: number;
  materialRevision: number;
  assignee: string | null;
  evidenceDigest: string;
  given: Kept[];
}

const digests = ['a', 'b'].map((letter) => `sha256:${letter.repeat(64)}`);
const people: Person[] = ['ada', 'bo', 'cy', 'di', 'eve', 'fay'].map((handle, index) => ({
  handle,
  name: handle,
  email: `${handle}@example.com`,
  type: 'user',
  roles: [handle === 'fay' ? 'auditor' : 'validator'],
  department: ['lending', 'risk', null][index % 3]!,
}));
const outcomes: readonly DecisionOutcome[] = [
  'APPROVED',
  'APPROVED',
  'APPROVED',
  'REJECTED',
  'CHANGES_REQUESTED',
  'ABSTAINED',
];

export function simulate(seed: number): Played {
  return new Simulation(seed).play();
}

class Simulation {
  private readonly random: () => number;
  private readonly row: Row;
  private readonly rule: QuorumRule;
  private readonly candidates: string[];
  private readonly author: string;
  private readonly breaches: string[] = [];
  private readonly entries: ChainedEntry[] = [];
  private head: ChainHead = emptyHead;
  private lostAnswers = 0;
  private closings = 0;

  constructor(seed: number) {
    this.random = mulberry32(seed);
    this.candidates = people.filter(() => this.random() < 0.8).map((person) => person.handle);
    this.author = this.pick(people).handle;
    this.rule = {
      required: 1 + Math.floor(this.random() * 3),
      departments: this.random() < 0.3 ? ['lending', 'risk'] : [],
      roles: ['validator'],
    };
    this.row = {
      kind: this.random() < 0.2 ? 'conflict' : 'sign_off',
      state: 'READY',
      outcome: null,
      revision: 1,
      materialRevision: 1,
      assignee: null,
      evidenceDigest: digests[0]!,
      given: [],
    };
    this.write('review.opened');
  }

  play(): Played {
    const steps = 5 + Math.floor(this.random() * 25);
    for (let step = 0; step < steps; step++) {
      this.step();
      this.checkRow();
    }
    this.checkChain();
    const { state, outcome } = this.row;
    return {
      breaches: this.breaches,
      played: steps,
      lostAnswers: this.lostAnswers,
      end: state === 'OBSOLETE' ? state : (outcome ?? 'open'),
    };
  }

  private step(): void {
    const dice = this.random();
    if (dice < 0.62) this.decideAtOnce();
    else if (dice < 0.74) this.claim();
    else if (dice < 0.84) this.release();
    else if (dice < 0.9) this.close('expire', 'EXPIRED');
    else if (dice < 0.95) this.close('withdraw', 'CANCELED');
    else this.close('supersede', 'CANCELED');
  }

  /** One to three people read, then write in any order: the later ones lose the compare-and-set and read again. */
  private decideAtOnce(): void {
    const presses = Array.from({ length: 1 + Math.floor(this.random() * 3) }, () => {
      const person = this.pick(people);
      return {
        person,
        command: this.command(),
        key: `${person.handle}-${Math.floor(this.random() * 1e9)}`,
        read: this.row.revision,
      };
    });
    for (const press of this.shuffled(presses)) {
      const first = this.press(press.person, press.command, press.key, press.read);
      if (this.random() >= 0.25) continue;
      // The answer is lost on the way; the same press comes again.
      this.lostAnswers++;
      const again = this.press(press.person, press.command, press.key, this.row.revision);
      if (first.startsWith('dec') && again !== first) this.breach(`a repeat was answered ${again}, not ${first}`);
      if (!first.startsWith('dec') && again.startsWith('dec') && !first.startsWith('ALREADY_CLAIMED'))
        this.breach(`a press that was refused as ${first} counted when it was repeated`);
    }
  }

  private press(person: Person, command: DecideCommand, key: string, read: number): string {
    const { row } = this;
    const standing = row.given.find((kept) => kept.person === person.handle && kept.key === key);
    if (standing) return standing.answer;
    const refusal = refusalOf(
      {
        ...row,
        candidates: this.candidates,
        decidedBy: row.given.map((kept) => kept.person),
        owner: 'olga',
        author: this.author,
        contributors: [],
        reasonRule: { required: 'always', minimumLength: 5, unlikeLast: 0 },
        assuranceRule: { approve: 'web', reject: 'web', requestChanges: 'web' },
        findingsToAnswer: [],
      },
      person,
      command,
      [],
      'web',
    );
    if (refusal) {
      this.write('decision.refused');
      return refusal.code;
    }
    // Lost the compare-and-set: everything is read and judged again.
    if (read !== row.revision) return this.press(person, command, key, row.revision);
    this.checkAllowed(person, command);
    const answer = `dec ${row.revision}`;
    row.given.push({ person: person.handle, outcome: command.outcome, department: person.department, key, answer });
    row.revision++;
    row.assignee = null;
    this.write('decision.recorded');
    const outcome = outcomeOf(row.kind, this.rule, row.given);
    const next = outcome ? stateAfter(row.state, 'complete') : stateAfter(row.state, 'decide');
    if (next === undefined) this.breach(`a decision counted in state ${row.state}`);
    else row.state = next;
    if (outcome) this.end(outcome);
    return answer;
  }

  private command(): DecideCommand {
    return {
      outcome: this.pick(outcomes),
      reason: this.random() < 0.1 ? '' : 'Read the plan and the metrics',
      revision:
        this.random() < 0.15 ? this.row.revision + 1 : Math.max(1, this.row.revision - Math.floor(this.random() * 3)),
      evidenceDigest: this.random() < 0.1 ? digests[1]! : this.row.evidenceDigest,
      form: { dispositions: [] },
    };
  }

  private claim(): void {
    const { row } = this;
    const state = stateAfter(row.state, 'claim');
    if (state === undefined || row.assignee !== null) return;
    row.state = state;
    row.assignee = this.pick(people).handle;
    row.revision++;
    this.write('review.claimed');
  }

  private release(): void {
    const { row } = this;
    const state = stateAfter(row.state, 'release');
    if (state === undefined) return;
    row.state = state;
    row.assignee = null;
    row.revision++;
    this.write('review.released');
  }

  private close(verb: 'expire' | 'withdraw' | 'supersede', outcome: ReviewOutcome): void {
    const { row } = this;
    // Most reviews are left to people for a while.
    if (this.random() < 0.5) return;
    const wasClosed = isClosed(row.state);
    const state = stateAfter(row.state, verb);
    if (wasClosed !== (state === undefined))
      this.breach(`${verb} may ${state ? '' : 'not '}be done in state ${row.state}`);
    if (state === undefined) return;
    row.state = state;
    row.revision++;
    this.end(outcome);
  }

  private end(outcome: ReviewOutcome): void {
    this.row.outcome = outcome;
    this.closings++;
    this.write('review.closed');
  }

  private checkAllowed(person: Person, command: DecideCommand): void {
    if (person.handle === this.author) this.breach(`the author ${person.handle} decided`);
    if (!this.candidates.includes(person.handle)) this.breach(`${person.handle} decided without being asked`);
    if (person.handle === 'fay') this.breach('an auditor decided');
    if (this.row.given.some((kept) => kept.person === person.handle)) this.breach(`${person.handle} decided twice`);
    if (command.evidenceDigest !== this.row.evidenceDigest) this.breach('a decision on other evidence counted');
    if (command.reason === '') this.breach('a decision without a reason counted');
    if (this.row.assignee !== null && this.row.assignee !== person.handle)
      this.breach(`${person.handle} decided what ${this.row.assignee} had claimed`);
  }

  /** Counted again without the rules' own functions. */
  private checkRow(): void {
    const { row, rule } = this;
    const approvals = row.given.filter((kept) => kept.outcome === 'APPROVED');
    const rejections = row.given.filter((kept) => kept.outcome === 'REJECTED').length;
    if (this.closings > 1) this.breach(`it closed ${this.closings} times`);
    if (isClosed(row.state) !== (row.outcome !== null)) this.breach(`state ${row.state} with outcome ${row.outcome}`);
    if (row.outcome === 'APPROVED') {
      if (row.state !== 'COMPLETED') this.breach(`${row.state} counts as approved`);
      if (approvals.length < rule.required || rejections > 0)
        this.breach(`approved by ${approvals.length} against ${rejections}`);
      for (const department of rule.departments)
        if (!approvals.some((kept) => kept.department === department)) this.breach(`approved without ${department}`);
    }
    if (row.outcome === 'CONFLICT' && (row.kind === 'conflict' || approvals.length === 0 || rejections === 0))
      this.breach(`a conflict of ${approvals.length} against ${rejections} in a ${row.kind}`);
    if (tally(rule, row.given).approvals !== approvals.length) this.breach('the tally miscounts');
    if (row.state === 'READY' && row.given.some((kept) => kept.outcome === 'CHANGES_REQUESTED'))
      this.breach('changes were requested and it stays open');
    if (row.state === 'READY' && rule.departments.length === 0 && approvals.length >= rule.required && rejections === 0)
      this.breach('it has its quorum and stays open');
  }

  private checkChain(): void {
    let head: ChainHead = emptyHead;
    for (const entry of this.entries) {
      const problem = entryProblem(
        head,
        { stream: entry.content.stream, position: entry.content.position, bytes: entry.bytes, hash: entry.hash },
        sha256,
      );
      if (problem) this.breach(`journal ${problem.position}: ${problem.problem}`);
      head = { position: entry.content.position, hash: entry.hash };
    }
    const closings = this.entries.filter((entry) => entry.content.type === 'review.closed').length;
    const recorded = this.entries.filter((entry) => entry.content.type === 'decision.recorded').length;
    if (closings !== this.closings || recorded !== this.row.given.length)
      this.breach('the journal tells another story');
  }

  private write(type: EntryType): void {
    const { chained, head } = chainEntries(
      this.head,
      [
        {
          stream: 'mver_simulated',
          type,
          actor: { type: 'system', id: 'simulation' },
          reason: 'played',
          data: { revision: this.row.revision },
        },
      ],
      new Date(1_800_000_000_000 + this.entries.length * 1000).toISOString(),
      sha256,
    );
    this.entries.push(...chained);
    this.head = head;
  }

  private breach(sentence: string): void {
    this.breaches.push(sentence);
  }

  private pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.random() * from.length)]!;
  }

  private shuffled<T>(items: readonly T[]): T[] {
    return items
      .map((item) => ({ item, rank: this.random() }))
      .sort((a, b) => a.rank - b.rank)
      .map(({ item }) => item);
  }
}

/** Numbers from 0 to 1 that one seed always gives alike. */
export function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
