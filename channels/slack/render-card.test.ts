import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCard, buildCardDecision, buildCardFinding, person } from '../../tests/support/build-card.ts';
import { messageBlocksSchema, problemsOf } from './check-blocks.ts';
import { renderCard } from './render-card.ts';

const json = (value: unknown) => JSON.stringify(value);
const actionsOf = (card: ReturnType<typeof renderCard>) =>
  card.blocks.flatMap((block) => (block.type === 'actions' ? block.elements : [])).map(({ action_id: id }) => id);

describe('an open review', () => {
  it('is told in the order of its page: question, what to know, findings, due, buttons', () => {
    const { blocks } = renderCard(buildCard());
    const text = json(blocks);
    const order = ['May version 2', 'On 595', 'Selection rates', '17 checks', 'Due <!date', 'decide:APPROVED'];
    const places = order.map((words) => text.indexOf(words));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('offers to approve, request changes, reject, claim and open, and shows how far it is', () => {
    const card = renderCard(buildCard());
    expect(actionsOf(card)).toEqual(['decide:APPROVED', 'decide:CHANGES_REQUESTED', 'decide:REJECTED', 'claim', 'open']); // prettier-ignore
    expect(json(card.blocks)).toContain('1 of 2 approved · waiting for compliance');
    expect(card.text).toContain('May version 2 replace version 1');
  });

  it('names a review in its buttons and nothing else that could decide', () => {
    const [actions] = renderCard(buildCard()).blocks.filter((block) => block.type === 'actions');
    expect(actions?.type === 'actions' && actions.elements[0]).toMatchObject({
      value: `rev_1/3/sha256:${'a'.repeat(64)}`,
    });
  });

  it('sends what Slack proves too little for to the page that asks for that very answer', () => {
    const card = renderCard(buildCard({ offers: [{ outcome: 'APPROVED', where: 'web', least: 'webStepUp' }] }));
    expect(actionsOf(card)).toContain('confirm:APPROVED');
    expect(json(card.blocks)).toContain('https://countersign.test/reviews/rev_1?outcome=APPROVED#decision');
    expect(json(card.blocks)).toContain('Slack proves too little');
  });

  it('sends an approval with more findings than a modal holds to the page', () => {
    const findings = Array.from({ length: 21 }, (_, n) => buildCardFinding({ id: `finding-${n}` }));
    expect(actionsOf(renderCard(buildCard({ findings })))).toContain('confirm:APPROVED');
  });

  it('leaves out what the policy holds back', () => {
    const text = json(renderCard(buildCard({ summary: null, findings: null, requestedBy: null })).blocks);
    expect(text).not.toMatch(/On 595|Selection rates|Dana|checks passed/);
  });

  it('says who has claimed it, and offers no claim then', () => {
    const card = renderCard(buildCard({ assignee: person('Carla'), state: 'RESERVED' }));
    expect(json(card.blocks)).toContain('claimed by Carla');
    expect(actionsOf(card)).not.toContain('claim');
  });
});

it('says of a decision that counts no more that it does not, and why', () => {
  const voided = buildCardDecision({ voided: 'holds none of the roles compliance' });
  expect(json(renderCard(buildCard({ decisions: [voided] })).blocks)).toContain(
    'No longer counts: holds none of the roles compliance',
  );
  expect(json(renderCard(buildCard({ decisions: [buildCardDecision()] })).blocks)).not.toContain('No longer counts');
});

it('keeps outcome, person, time, reason and progress after the end, and takes the buttons away', () => {
  const card = renderCard(
    buildCard({
      state: 'COMPLETED',
      outcome: 'APPROVED',
      progress: '2 of 2 approved',
      decisions: [buildCardDecision()],
      ending: { sentence: 'Approved: 2 of 2 approved.', at: '2026-11-21T10:00:00.000Z' },
    }),
  );
  expect(actionsOf(card)).toEqual(['open']);
  const text = json(card.blocks);
  for (const words of ['Approved', 'by Vera', '<!date^1795255200^', 'Read the plan', '2 of 2 approved'])
    expect(text).toContain(words);
});

it('holds 200 findings, 30 decisions and texts without end within the limits of Slack', () => {
  const long = 'Ж👩‍👩‍👧 & <b> '.repeat(1_000);
  const card = renderCard(
    buildCard({
      question: long,
      title: long,
      summary: long,
      model: long,
      version: long,
      progress: long,
      requestedBy: person(long),
      assignee: person(long),
      findings: Array.from({ length: 200 }, () => buildCardFinding({ title: long, message: long, limit: long })),
      decisions: Array.from({ length: 30 }, () => buildCardDecision({ by: person(long), reason: long })),
    }),
  );
  expect(problemsOf(messageBlocksSchema, card.blocks)).toEqual([]);
  expect(card.text.length).toBeLessThanOrEqual(4_000);
  expect(json(card.blocks)).toContain('194 more findings');
});

it('takes whatever people write: Slack would take it, and nothing of it is a link, a mention or a call', () => {
  const words = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.constantFrom('<!channel>', '<!here|x>', '<@U0VERAOKAF>', '<https://evil.test|Approve>', '&', '*', '`', '\u202E', ''),
  ); // prettier-ignore
  fc.assert(
    fc.property(words, words, words, fc.boolean(), (a, b, c, isClosed) => {
      const { text, blocks } = renderCard(
        buildCard({
          question: a,
          title: b,
          summary: c,
          model: a,
          version: b,
          progress: c,
          requestedBy: person(a),
          findings: [buildCardFinding({ title: a, message: b, limit: c })],
          decisions: [buildCardDecision({ by: person(b), reason: a })],
          ending: isClosed ? { sentence: c, at: '2026-11-21T10:00:00.000Z' } : null,
        }),
      );
      expect(problemsOf(messageBlocksSchema, blocks)).toEqual([]);
      expect(text).not.toMatch(/<[!@#h]/);
      const marked = blocks
        .flatMap((block) => (block.type === 'section' ? [block.text] : block.type === 'context' ? block.elements : []))
        .flatMap((object) => (object?.type === 'mrkdwn' ? [object.text] : []))
        .join('\n');
      const openings = marked.match(/<[^>]*>/g) ?? [];
      for (const opening of openings) expect(opening).toMatch(/^<(!date\^|https:\/\/countersign\.test\/)/);
    }),
    { numRuns: 300 },
  );
});
