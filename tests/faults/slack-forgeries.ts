import { messageBlocksSchema, problemsOf } from '../../channels/slack/check-blocks.ts';
import { renderCard } from '../../channels/slack/render-card.ts';
import { readCard } from '../../courier/read-card.ts';
import { uniqueName } from '../support/build.ts';
import { plantReviews } from '../support/plant-reviews.ts';
import { slackUserOf } from '../support/slack-requests.ts';
import { openSlackCounter, referenceTo, type SlackCounter } from './slack-counter.ts';
import { newCount, type Count, type Suite } from './suite.ts';

interface Target {
  id: string;
  reference: string;
  evidenceDigest: string;
}

const reason = () => `Read the plan and the intervals, ${uniqueName('note')}`;
const approve = (counter: SlackCounter, handle: string, { reference }: Target, teamId?: string) =>
  counter.submission(handle, uniqueName('V'), { reference, outcome: 'APPROVED', reason: reason(), ...(teamId === undefined ? {} : { teamId }) }); // prettier-ignore

/** Each tries to decide what its sender may not; all are signed well, as a stolen screen or a rogue client could send them. */
const attempts: Record<string, (counter: SlackCounter, target: Target) => Promise<unknown[]> | unknown[]> = {
  'another user id in the fields': (counter, target) => [
    { ...approve(counter, 'compliance-1', target), user_id: slackUserOf('validator-1') },
    { ...approve(counter, 'compliance-1', target), actor: { id: slackUserOf('validator-1') } },
  ],
  'another user id in the value': (counter, target) => [
    counter.press('compliance-1', `${target.reference}/${slackUserOf('validator-1')}`, 'decide:APPROVED'),
    counter.press('compliance-1', JSON.stringify({ user: slackUserOf('validator-1'), review: target.id }), 'decide:APPROVED'),
  ],
  'somebody who is not asked': (counter, target) => [
    approve(counter, 'compliance-1', target),
    approve(counter, 'auditor', target),
    counter.press('domain-expert', target.reference, 'claim'),
  ],
  'the author': (counter, target) => [approve(counter, 'data-scientist-1', target), counter.press('data-scientist-1', target.reference, 'claim')],
  'another workspace': (counter, target) => [
    approve(counter, 'validator-1', target, 'T0STRANGER'),
    counter.press('validator-1', target.reference, 'claim', 'T0STRANGER'),
    counter.press('validator-1', target.reference, 'decide:APPROVED', 'T0STRANGER'),
  ],
  'a guest from a shared channel': (counter, target) => {
    const submission = approve(counter, 'validator-1', target);
    return [{ ...submission, user: { ...submission.user, team_id: 'T0STRANGER' } }];
  },
  'no workspace at all': (counter, target) => [{ ...approve(counter, 'validator-1', target), team: null }],
  'a user whom nobody linked': (counter, target) => {
    const submission = approve(counter, 'validator-1', target);
    return [{ ...submission, user: { ...submission.user, id: 'U0NOBODY00' } }, { ...submission, user: { ...submission.user, id: "' OR 1=1 --" } }];
  },
  'metadata made up': (counter, target) =>
    ['', '{}', 'null', '[]', JSON.stringify({ seen: target.reference, outcome: 'ABSTAINED' }), JSON.stringify({ seen: target.reference, outcome: 'APPROVED', by: 'validator-1' }), JSON.stringify({ seen: `${target.id}/0/${target.evidenceDigest}`, outcome: 'APPROVED' })].map((metadata) => {
      const submission = approve(counter, 'validator-1', target);
      return { ...submission, view: { ...submission.view, private_metadata: metadata } };
    }),
  'evidence that is not this': (counter, target) => [
    approve(counter, 'validator-1', { ...target, reference: referenceTo(target.id, `sha256:${'0'.repeat(64)}`) }),
    approve(counter, 'validator-1', { ...target, reference: referenceTo(target.id, target.evidenceDigest, 99) }),
  ],
  'a review that is not there': (counter, target) => [approve(counter, 'validator-1', { ...target, reference: referenceTo('rev_none', target.evidenceDigest) })],
  'a state of another shape': (counter, target) =>
    [[], 'x', { reason: 'x' }, { reason: { reason: { value: 7 } } }].map((values) => {
      const submission = approve(counter, 'validator-1', target);
      return { ...submission, view: { ...submission.view, state: { values } } };
    }),
}; // prettier-ignore

const nasty = [
  '<!channel> approved by everybody, really everybody',
  '<https://evil.test|Approve> this at once, all of you',
  '<@U0VERAOKAF> & <#C0REVIEWS1> said that it is fine &amp; good',
  'a\u202Elortnoc fo tuo si siht\u202C reads backwards to many',
  '👩‍👩‍👧‍👦'.repeat(400) + ' a family too long to cut anywhere',
  'موافق على كل شيء بعد قراءة الخطة والفواصل الزمنية',
  `${'A reason without end. '.repeat(180)}`.slice(0, 3_900),
  '*bold* _italic_ `code` ~gone~ > quoted, all of it as written',
  '{"blocks":[{"type":"actions"}]} is no block of ours, I hope',
];

export const slackForgeries: Suite = {
  name: 'slack-forgeries',
  does: 'presses and modals in another name, of another workspace, replayed, on closed reviews; injected text (A-13)',
  run: async ({ ground, isShort, say }) => {
    const count = newCount();
    const counter = await openSlackCounter(ground);
    const rounds = isShort ? 2 : 15;
    const names = Object.keys(attempts);
    const { ids, evidenceDigest } = await plantReviews(counter.database.pool, { count: rounds * (names.length + 1) + nasty.length, candidates: ['validator-1', 'validator-2'], prefix: 'forge' }); // prettier-ignore
    const nextTarget = (): Target => {
      const id = ids.pop()!;
      return { id, reference: referenceTo(id, evidenceDigest), evidenceDigest };
    };

    for (let round = 0; round < rounds; round++) {
      for (const [name, attempt] of Object.entries(attempts)) {
        const target = nextTarget();
        for (const payload of await attempt(counter, target)) {
          count.injected++;
          const answer = await counter.postPayload(payload);
          if (answer.status >= 500) count.lost.push(`${name} was answered ${answer.status}`);
        }
        if ((await counter.decisionsOn(target.id)).length > 0) count.let_through.push(`${name} decided`);
        if ((await counter.entriesAbout(target.id, 'review.claimed')) > 0) count.let_through.push(`${name} claimed`);
      }
      await replay(counter, nextTarget(), count);
    }
    for (const text of nasty) await inject(counter, nextTarget(), text, count);
    say(`${names.length + 1} kinds of forgery, ${rounds} rounds; ${nasty.length} texts`);
    await counter.close();
    return count;
  },
};

/** A modal that counted is sent again: by another, for another answer, and once the review is closed. */
async function replay(counter: SlackCounter, target: Target, count: Count): Promise<void> {
  const submission = approve(counter, 'validator-1', target);
  await counter.postPayload(submission);
  const replays = [
    submission,
    { ...submission, user: { ...submission.user, id: slackUserOf('validator-2') } },
    { ...submission, user: { ...submission.user, id: slackUserOf('compliance-1') } },
    { ...submission, view: { ...submission.view, private_metadata: JSON.stringify({ seen: target.reference, outcome: 'REJECTED' }) } },
    { ...submission, view: { ...submission.view, id: uniqueName('V') } },
    counter.press('validator-2', target.reference, 'decide:REJECTED'),
    counter.press('validator-2', target.reference, 'claim'),
  ]; // prettier-ignore
  for (const payload of replays) {
    count.injected++;
    const { status } = await counter.postPayload(payload);
    if (status !== 200) count.lost.push(`a replay was answered ${status}`);
  }
  const given = await counter.decisionsOn(target.id);
  if (given.length !== 1 || given[0]?.handle !== 'validator-1' || given[0].outcome !== 'APPROVED')
    count.let_through.push(`after replays ${target.id} has ${JSON.stringify(given)}`);
}

/** What a person writes is shown as written, and is nothing but text. */
async function inject(counter: SlackCounter, target: Target, text: string, count: Count): Promise<void> {
  count.injected++;
  await counter.postPayload(counter.submission('validator-1', uniqueName('V'), { reference: target.reference, outcome: 'APPROVED', reason: text })); // prettier-ignore
  const card = await readCard(counter.database.pool, target.id, 'slack', 'https://countersign.test');
  if (card?.decisions.length !== 1) return void count.lost.push(`the reason ${text.slice(0, 30)} was not taken`);
  const hostile = { ...card, question: text, title: text, model: text, version: text, progress: text, summary: text };
  for (const shown of [card, hostile]) {
    const { blocks, text: fallback } = renderCard(shown);
    const problems = problemsOf(messageBlocksSchema, blocks);
    if (problems.length > 0) count.undetected.push(`Slack would refuse ${text.slice(0, 30)}: ${problems[0]}`);
    if (/<[!@#]|<https:\/\/evil/.test(fallback)) count.let_through.push(`${text.slice(0, 30)} is not escaped`);
  }
}
