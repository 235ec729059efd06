// Plays the mortgage example against a running Countersign: four versions through the signed webhook, people in between.
//   npm run example              you press the buttons in the inbox
//   npm run example -- --auto    the example presses them, over the API, and ends
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { readConfig } from '../../config.ts';
import { answers, dispositionsFor } from './play/answers.ts';
import { createClient, Refusal, type Client, type Finding, type Review, type Version } from './play/client.ts';
import { findServer, stopServer, type RunningServer } from './play/server.ts';
import { buildSubmission, mortgageModel, type MortgageVersion } from './submissions.ts';

const lookEveryMs = 250;
const machineLimitMs = 3 * 60_000;
const peopleLimitMs = 60 * 60_000;

const say = (line = ''): void => console.log(line);

interface Play {
  client: Client;
  url: string;
  isAuto: boolean;
}

async function play({ client, url, isAuto }: Play): Promise<void> {
  const stage: Play = { client, url, isAuto };
  say();
  say('1. Version 1: the first model, weak but honest');
  await submit(stage, '1');
  await showEvidence(stage, '1');
  await bringToApproval(stage);

  say();
  say('2. Versions 2, 3 and 4 arrive');
  for (const version of ['2', '3', '4'] as const) await submit(stage, version);

  say();
  say('3. Version 4: random scores, sent by mistake');
  await expectRefused(stage, '4');

  say();
  say('4. Version 2: better, and unfair to look at');
  await showEvidence(stage, '2');
  if (isAuto) await decideVersion2(stage);

  say();
  say('5. Version 3: trained too well');
  await showEvidence(stage, '3');

  say();
  say('What waits for you now:');
  for (const version of ['2', '3'] as const) await showOpenReviews(stage, version);
  say(`The inbox is at ${url}/reviews, the journal of every step at ${url}/journal`);
}

async function submit({ client }: Play, version: MortgageVersion): Promise<void> {
  const event = buildSubmission(version);
  const content = createHash('sha256').update(JSON.stringify(event)).digest('hex').slice(0, 16);
  try {
    const answer = await client.submit(`mortgage-v${version}-${content}`, event);
    say(
      answer.replayed
        ? `   Version ${version} is there already; going on with it`
        : `   Version ${version} is submitted: ${answer.links.html}`,
    );
  } catch (error) {
    if (!(error instanceof Refusal) || error.problem.code !== 'VERSION_CONFLICT') throw error;
    say(`   Version ${version} is there already, submitted from other files than these; going on with what is there`);
  }
}

/** Waits for the checks, then says what they ask of people. */
async function showEvidence(stage: Play, name: MortgageVersion): Promise<void> {
  const { findings } = await waitForEvidence(stage, name);
  const toAnswer = findings.filter(asksPeople);
  say(
    `   ${findings.filter((finding) => finding.verdict === 'PASS').length} checks passed, ${toAnswer.length} ask for judgement:`,
  );
  for (const finding of toAnswer) sayFinding(finding);
}

function sayFinding({ id, title, verdict, message, threshold }: Finding): void {
  say(`     ${verdict}  ${title}, ${id}${threshold === null ? '' : ` (limit ${threshold})`}`);
  say(`           ${message}`);
}

const asksPeople = (finding: Finding): boolean => finding.verdict === 'WARN' || finding.verdict === 'FAIL';

async function waitForEvidence(
  { client }: Play,
  name: MortgageVersion,
): Promise<{ version: Version; findings: Finding[] }> {
  return waitUntil(`the checks of version ${name}`, machineLimitMs, async () => {
    const version = await client.getVersion(mortgageModel, name);
    if (version.evidenceDigest !== null) return { version, findings: await client.getFindings(version.evidenceDigest) };
    const failed = version.processes.find((process) => process.kind === 'validation' && process.state === 'COMPLETED');
    if (failed) throw new Error(`The checks of version ${name} did not run: ${failed.outcomeReason}`);
    return undefined;
  });
}

const ended = ['approved', 'rejected', 'withdrawn'];

/** Reviews come up one after the other until version 1 has an end; people press, or --auto does. */
async function bringToApproval(stage: Play): Promise<void> {
  const { client, isAuto } = stage;
  const told = new Set<string>();
  const version = await waitUntil(
    'people to decide on version 1',
    isAuto ? machineLimitMs : peopleLimitMs,
    async () => {
      const now = await client.getVersion(mortgageModel, '1');
      for (const review of await client.getReviews(now)) {
        tellDecisions(review, told);
        if (review.state === 'COMPLETED') continue;
        if (isAuto) await pressFor(stage, '1', review);
        else tellWhatToPress(stage, review, told);
      }
      const isBack =
        now.stage === 'registered' &&
        now.processes.every(({ kind, state }) => kind === 'lifecycle' || state === 'COMPLETED');
      return ended.includes(now.stage) || isBack ? now : undefined;
    },
  );
  if (version.stage === 'approved') say(`   Version 1 is approved: ${stage.url}/models/${mortgageModel}/versions/1`);
  else say(`   Version 1 is ${version.stage}. The play goes on; later versions have nothing to be compared with.`);
}

function tellDecisions(review: Review, told: Set<string>): void {
  for (const decision of review.decisions) {
    if (told.has(decision.id)) continue;
    told.add(decision.id);
    say(`   ${review.title}: ${decision.by} said ${decision.outcome}. "${decision.reason}"`);
  }
}

function tellWhatToPress({ url }: Play, review: Review, told: Set<string>): void {
  if (told.has(review.id)) return;
  told.add(review.id);
  const people = review.candidates.map(({ handle, name }) => `${name} (${handle})`).join(', ');
  say(`   ${review.title}: ${review.question}`);
  say(`     ${review.quorum.required} of these: ${people}. Sign in at ${url}/sign-in,`);
  say(`     open ${review.links.html}, answer the findings, give your reason and press a button`);
}

/** Presses Approve for each person of the story whom this review asks and who has not answered. */
async function pressFor({ client }: Play, version: MortgageVersion, review: Review): Promise<void> {
  const findings = (await client.getFindings(review.evidenceDigest)).filter(asksPeople);
  for (const answer of answers[version] ?? []) {
    const isAsked = review.candidates.some(({ handle }) => handle === answer.by);
    if (!isAsked || review.decisions.some(({ by }) => by === answer.by)) continue;
    await client
      .decide({
        review,
        by: answer.by,
        outcome: 'APPROVED',
        reason: answer.reason,
        dispositions: dispositionsFor(answer, findings),
      })
      .catch(forgiveRaces);
  }
}

/** Somebody pressed in the inbox meanwhile: the next look shows it. */
function forgiveRaces(error: unknown): void {
  if (error instanceof Refusal && ['ALREADY_DECIDED', 'EVIDENCE_CHANGED', 'WRONG_STATE'].includes(error.problem.code))
    return;
  throw error;
}

async function expectRefused({ client, url }: Play, name: MortgageVersion): Promise<void> {
  const version = await waitUntil(`validation to end version ${name}`, machineLimitMs, async () => {
    const now = await client.getVersion(mortgageModel, name);
    return now.processes.some(({ kind, state }) => kind === 'validation' && state === 'COMPLETED') ? now : undefined;
  });
  if (version.stage !== 'rejected' || version.evidenceDigest === null)
    throw new Error(`Version ${name} should have been refused by validation, and is ${version.stage}.`);
  const blocking = (await client.getFindings(version.evidenceDigest)).filter(
    ({ blocking, verdict }) => blocking && verdict === 'FAIL',
  );
  say('   Refused by validation; nobody had to be asked. The rules that ended it:');
  for (const { id, value, threshold, title } of blocking)
    say(`     ${id}: value ${value}, limit ${threshold} (${title})`);
  say(`   ${url}/models/${mortgageModel}/versions/${name}`);
}

/** The validator first tries to approve without a word about the findings, and is refused; then answers for each. */
async function decideVersion2({ client }: Play): Promise<void> {
  const [answer] = answers['2'] ?? [];
  const { version, findings } = await waitForEvidence({ client, url: '', isAuto: true }, '2');
  const review = await waitUntil(
    'the validation review of version 2',
    machineLimitMs,
    async () => (await client.getReviews(version))[0],
  );
  if (!answer || review.state === 'COMPLETED') {
    say(`   ${review.title} is decided already: ${review.outcome}`);
    return;
  }
  const decision = { review, by: answer.by, outcome: 'APPROVED' as const, reason: answer.reason };
  try {
    await client.decide({ ...decision, dispositions: [] });
    throw new Error('Version 2 was approved without an answer to its findings. That must not happen.');
  } catch (error) {
    if (!(error instanceof Refusal) || error.problem.code !== 'DISPOSITION_REQUIRED') throw error;
    say(`   ${answer.by} presses Approve without answering: ${error.message}`);
    for (const { pointer, message } of error.problem.errors) say(`     ${pointer}: ${message}`);
  }
  await client.decide({ ...decision, dispositions: dispositionsFor(answer, findings.filter(asksPeople)) });
  say(`   ${answer.by} answers for each finding and approves. "${answer.reason}"`);
  await waitUntil('approval of version 2 to begin', machineLimitMs, async () => {
    const now = await client.getVersion(mortgageModel, '2');
    const open = (await client.getReviews(now)).filter(({ state }) => state !== 'COMPLETED');
    return open.length > 0 ? open : undefined;
  });
  say('   Whether it may be used is now for lending and compliance to say.');
}

async function showOpenReviews({ client }: Play, name: MortgageVersion): Promise<void> {
  const version = await client.getVersion(mortgageModel, name);
  const open = (await client.getReviews(version)).filter(({ state }) => state === 'READY' || state === 'RESERVED');
  if (open.length === 0) say(`   Version ${name}: nothing, it is ${version.stage}`);
  for (const review of open) {
    say(`   Version ${name}, ${review.title}: ${review.candidates.map(({ handle }) => handle).join(', ')}`);
    say(`     ${review.links.html}`);
  }
}

/** Looks again and again, politely. Throws with what was waited for when it takes too long. */
async function waitUntil<T>(what: string, limitMs: number, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline)
      throw new Error(
        `Waited ${limitMs / 60_000} minutes for ${what}, in vain. What was submitted stays; run this again to go on.`,
      );
    await delay(lookEveryMs);
  }
}

async function main(args: string[]): Promise<void> {
  const unknown = args.find((arg) => arg !== '--auto');
  if (unknown !== undefined) throw new Error(`${unknown} is not known here. Use: npm run example [-- --auto]`);
  const isAuto = args.includes('--auto');
  say('The mortgage example: four versions of a real model, from webhook to decision');
  server = await findServer(readConfig(), say);
  await play({ client: createClient(server.demo), url: server.demo.url, isAuto });
  if (!server.started) return;
  if (isAuto) return say('Countersign is stopped again; npm start brings it back with all of this');
  say('Countersign keeps running; Ctrl-C stops it');
  await new Promise((resolve) => server?.started?.once('exit', resolve));
}

let server: RunningServer | undefined;
let isLeaving = false;

async function leave(exitCode: number): Promise<never> {
  isLeaving = true;
  if (server?.started) await stopServer(server.started);
  process.exit(exitCode);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void leave(0));
process.on('disconnect', () => void leave(0));

try {
  await main(process.argv.slice(2));
  if (!isLeaving) await leave(0);
} catch (error) {
  if (!isLeaving) {
    console.error(`\nThe example stopped: ${error instanceof Error ? error.message : String(error)}`);
    await leave(1);
  }
}
