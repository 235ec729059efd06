// A policy tried before it is published: on people, on one version, on what was decided and on what is open. Changes nothing.
import { setImmediate as breathe } from 'node:timers/promises';
import { z } from 'zod';
import { canonicalJson } from '../../domain/canonical.ts';
import { deadlineAfter } from '../../domain/deadline.ts';
import { whoMayDecide, type KnownPerson, type VersionInQuestion } from '../../domain/eligibility.ts';
import { Refused } from '../../domain/errors.ts';
import type { Policy, SignOff } from '../../domain/policy.ts';
import { rejudgeChecks, type RejudgedCheck } from '../../domain/rejudge-checks.ts';
import { replayReview, signOffsOf } from '../../domain/replay-review.ts';
import { handleSchema, modelNameSchema, versionNameSchema } from '../../domain/submission.ts';
import { readSimulation, type SimulationFacts, type VersionUnderPolicy } from '../../db/queries/simulation.ts';
import { findPolicy } from '../../db/queries/read-policies.ts';
import { parsePolicy } from '../../policies/parse-policy.ts';
import type { ReplayedView, SimulationView } from '../schemas/simulation-views.ts';
import type { Caller } from './caller.ts';
import type { Deps } from './deps.ts';
import { readScopeOf } from './read-scope.ts';

const namesSchema = z.array(handleSchema).max(200).default([]);

export const simulateCommandSchema = z.strictObject({
  policy: z.string().min(1).max(512 * 1024).optional().describe('A draft in YAML or JSON; the published version by default'),
  version: z.int().min(1).max(2_147_483_647).optional().describe('A published version; the newest by default'),
  subject: z
    .strictObject({
      model: modelNameSchema,
      version: versionNameSchema,
      owner: handleSchema.optional(),
      author: handleSchema.optional(),
      contributors: namesSchema,
      commitAuthors: namesSchema,
      submittedBy: handleSchema.optional(),
      task: z.enum(['binary_classification', 'regression']).default('binary_classification'),
    })
    .optional()
    .describe('A version that is there, or the facts of one that is not: then owner and author are needed'),
  replay: z
    .strictObject({
      since: z.iso.datetime({ offset: true }).optional().describe('A year ago by default'),
      limit: z.int().min(1).max(2_000).default(500).describe('Decided reviews, newest first'),
    })
    .optional()
    .describe('Also hold what was decided, and what is open, against the policy'),
}); // prettier-ignore
export type SimulateCommand = z.output<typeof simulateCommandSchema>;

const YEAR_MS = 365 * 86_400_000;
const MAX_ITEMS = 200;
/** Reviews that are judged before other requests have their turn. */
const AT_ONCE = 20;

const notes = [
  'People are taken as they are known today: roles, groups and departments of the past are not kept.',
  'Decisions that people did not give, because nobody asked them, are not guessed.',
  'A clock that stood still while a review waited for information is not replayed.',
];

/** Throws FORBIDDEN, NOT_FOUND, or INVALID with line and column of each mistake of the draft. */
export async function simulatePolicy(
  deps: Pick<Deps, 'database' | 'now'>,
  caller: Caller,
  id: string,
  command: SimulateCommand,
): Promise<SimulationView> {
  if (readScopeOf(caller) !== null)
    throw new Refused('FORBIDDEN', 'Policies are simulated by people who may read all reviews.');
  const { rules, version } = await policyToSimulate(deps, id, command);
  const at = deps.now();
  const since = new Date(command.replay?.since ?? at.getTime() - YEAR_MS);
  const facts = await readSimulation(deps.database, {
    policyId: id,
    subject: command.subject,
    replay: command.replay && { since, limit: command.replay.limit },
    asksOtherwise: (older) => checksOf(older) !== checksOf(rules),
    at,
  });
  const about = subjectOf(command, facts, rules);
  return {
    policy: { id, version, title: rules.title, riskTier: rules.riskTier },
    subject: about && judgedSubject(about, rules),
    signOffs: signOffsOf(rules).map(({ signOff, stage }) =>
      simulatedSignOff(signOff, stage, rules, about, facts.people, at),
    ),
    replay: command.replay
      ? {
          since: since.toISOString(),
          isCut: facts.isCut,
          decided: await replayAll(facts.decided, facts, rules, at),
          open: await replayAll(facts.open, facts, rules, at),
          notes,
        }
      : null,
  };
}

const checksOf = ({ checks, requires, decisionThreshold }: Policy): string =>
  canonicalJson({ checks, requires, decisionThreshold });

async function policyToSimulate(
  { database }: Pick<Deps, 'database'>,
  id: string,
  { policy: source, version }: SimulateCommand,
): Promise<{ rules: Policy; version: number | null }> {
  if (source === undefined) {
    const published = await findPolicy(database.db, id, version);
    if (!published) throw new Refused('NOT_FOUND', 'No such policy is published.');
    return { rules: published.rules, version: published.version };
  }
  const wrong = (message: string) =>
    new Refused('INVALID', 'The policy has mistakes.', { errors: [{ pointer: '/policy', message }] });
  if (version !== undefined) throw wrong('is given beside a version; one of them is enough');
  // JSON is YAML too.
  const parsed = parsePolicy(source, 'policy');
  if (!parsed.ok)
    throw new Refused('INVALID', 'The policy has mistakes.', {
      errors: parsed.problems.map(({ line, column, path, message }) => ({
        pointer: '/policy',
        message: `line ${line}, column ${column}: ${path === '' ? '' : `${path}: `}${message}`,
      })),
    });
  if (parsed.policy.id !== id) throw wrong(`is policy ${parsed.policy.id}, not ${id}`);
  return { rules: parsed.policy, version: null };
}

interface About extends VersionUnderPolicy {
  earlierDeciders: readonly { handle: string; signOff: string }[];
}

function subjectOf({ subject }: SimulateCommand, facts: SimulationFacts, rules: Policy): About | null {
  if (!subject) return null;
  if (facts.subject) return facts.subject;
  const { owner, author, contributors, commitAuthors, submittedBy = null, model, version, task } = subject;
  if (owner === undefined || author === undefined)
    throw new Refused('INVALID', 'There is no such version; say whose it would be.', {
      errors: [
        ...(owner === undefined ? [{ pointer: '/subject/owner', message: 'is needed for a version that is not there' }] : []),
        ...(author === undefined ? [{ pointer: '/subject/author', message: 'is needed for a version that is not there' }] : []),
      ],
    }); // prettier-ignore
  return {
    inQuestion: { model, version, task, riskTier: rules.riskTier, owner, author, contributors, commitAuthors, submittedBy }, // prettier-ignore
    lineage: {},
    evidence: null,
    earlierDeciders: [],
  };
}

function judgedSubject({ inQuestion, evidence, lineage }: About, rules: Policy): SimulationView['subject'] {
  const { model, version } = inQuestion;
  const checks = evidence ? judged(evidence, lineage, rules) : [];
  const isUnclear = evidence === null || checks.some((check) => check.verdict === null && onFail(rules, check.check) === 'reject'); // prettier-ignore
  return { model, version, checks, blocked: checks.some(({ blocks }) => blocks) ? true : isUnclear ? null : false };
}

const onFail = (rules: Policy, id: string) => rules.checks.find((check) => check.id === id)?.onFail;

const judged = (
  evidence: NonNullable<VersionUnderPolicy['evidence']>,
  lineage: VersionUnderPolicy['lineage'],
  rules: Policy,
): RejudgedCheck[] => rejudgeChecks({ rules, older: evidence.older, evidence, champion: evidence.champion, lineage });

function simulatedSignOff(
  signOff: SignOff,
  stage: number | null,
  rules: Policy,
  about: About | null,
  people: readonly KnownPerson[],
  at: Date,
): SimulationView['signOffs'][number] {
  const { name, title, roles, quorum, departments, dueIn } = signOff;
  const version: VersionInQuestion = {
    ...(about?.inQuestion ?? { model: '', version: '', riskTier: rules.riskTier, task: '', owner: '', author: '', contributors: [], commitAuthors: [], submittedBy: null }), // prettier-ignore
    earlierDeciders: (about?.earlierDeciders ?? []).flatMap((earlier) => earlier.signOff === name || !rules.independence.excludes.includes('earlierDecider') ? [] : [earlier.handle]), // prettier-ignore
  };
  const { may, mayNot, rerouted } = whoMayDecide(people, version, signOff, rules, at.toISOString());
  const voices = may.filter(({ onBehalfOf }) => onBehalfOf === null).length;
  const missing = departments.filter((department) => !may.some(({ handle }) => people.find((person) => person.handle === handle)?.department === department)); // prettier-ignore
  return {
    name,
    title,
    stage: stage === null ? null : stage + 1,
    roles,
    quorum,
    departments,
    dueAt: deadlineAfter(at, dueIn, rules.calendar).toISOString(),
    assurance: rules.assurance,
    may,
    mayNot: mayNot.map(({ handle, why }) => ({ handle, why })),
    rerouted,
    stuck: [
      ...(voices < quorum ? [`Only ${voices} of the ${quorum} people it needs may decide.`] : []),
      ...missing.map((department) => `Nobody of the department ${department} may decide.`),
    ],
  };
}

async function replayAll(
  held: SimulationFacts['decided'],
  facts: SimulationFacts,
  rules: Policy,
  at: Date,
): Promise<NonNullable<SimulationView['replay']>['decided']> {
  const blockers = new Map<string, string[]>();
  const moves: Record<string, number> = {};
  const items: ReplayedView[] = [];
  let changed = 0;
  for (const [number, review] of held.entries()) {
    if (number % AT_ONCE === AT_ONCE - 1) await breathe();
    const version = facts.versions.get(review.versionId);
    if (!version) continue;
    const { lineage, ...inQuestion } = version;
    const evidence = facts.evidence.get(review.evidenceDigest);
    if (evidence && !blockers.has(review.evidenceDigest))
      blockers.set(review.evidenceDigest, judged(evidence, lineage, rules).flatMap(({ blocks, title }) => (blocks ? [title] : []))); // prettier-ignore
    const earlierDeciders = rules.independence.excludes.includes('earlierDecider')
      ? (facts.deciders.get(review.versionId) ?? []).flatMap(({ handle, signOff, at: then }) => signOff !== review.signOff && then < review.createdAt ? [handle] : []) // prettier-ignore
      : [];
    const replayed = replayReview(
      review,
      rules,
      { ...inQuestion, earlierDeciders },
      facts.people,
      blockers.get(review.evidenceDigest) ?? [],
      at,
    );
    const isChanged = replayed.wouldBe !== replayed.outcome;
    if (isChanged) {
      changed++;
      const move = `${replayed.outcome} → ${replayed.wouldBe}`;
      moves[move] = (moves[move] ?? 0) + 1;
    }
    const isTouched =
      isChanged ||
      replayed.why.length > 0 ||
      (replayed.outcome === 'OPEN' &&
        (replayed.asked.added.length > 0 || replayed.asked.dropped.length > 0 || replayed.wouldBeDueAt !== replayed.dueAt)); // prettier-ignore
    if (isTouched && items.length < MAX_ITEMS)
      items.push({ ...replayed, model: version.model, version: version.version });
  }
  return { reviews: held.length, changed, moves, items };
}
