import { describe, expect, it } from 'vitest';
import { follow } from './open-pages.ts';
import { siteForEachTest } from './site-for-each-test.ts';

const site = siteForEachTest();

const reason = 'The plan and the numbers agree, and the gap was assessed before.';
const plain = { javaScriptEnabled: false };

describe('without a script', () => {
  it('a question stops the review until it is answered, and the conversation shows both', async () => {
    const reviewer = await site.openTab('validator-1', plain);
    await reviewer.goto('/reviews/rev_signed');
    await reviewer.locator('[data-act=requestInfo]').click();
    await reviewer.getByLabel('Question', { exact: true }).fill('Which rows were left out?');
    await reviewer.getByRole('button', { name: 'Ask', exact: true }).click();
    await reviewer.getByText('Nobody decides until it is answered').waitFor();
    expect(await reviewer.locator('input[name=outcome]').count()).toBe(0);

    const owner = await site.openTab('data-scientist-1', plain);
    await owner.goto('/reviews');
    await follow(owner.getByRole('region', { name: 'for your answer' }).locator('[href^="/reviews/rev_signed"]'));
    await owner.getByLabel('Your answer').fill('Eleven without a label.');
    await follow(owner.getByRole('button', { name: 'Answer, and let the review go on' }));
    expect(await owner.locator('#conversation li').allTextContents()).toEqual([
      expect.stringContaining('Which rows were left out?'),
      expect.stringContaining('Eleven without a label.'),
    ]);
    await reviewer.goto('/reviews/rev_signed');
    expect(await reviewer.locator('input[name=outcome]').count()).toBe(4);
  });

  it('people comment and attach files beside the decision', async () => {
    const page = await site.openTab('validator-1', plain);
    await page.goto('/reviews/rev_signed');
    await page.getByLabel('Comment').fill('Seen, @validator-2.');
    await follow(page.getByRole('button', { name: 'Comment', exact: true }));
    await page.setInputFiles('#attachment', { name: 'rows.csv', mimeType: 'text/csv', buffer: Buffer.from('id\n1\n') });
    await follow(page.getByRole('button', { name: 'Attach', exact: true }));
    expect(await page.locator('#conversation li').allTextContents()).toEqual([
      expect.stringContaining('Seen, @validator-2.'),
      expect.stringContaining('rows.csv'),
    ]);
  });

  it('a question of the policy that hangs on another answer is asked once it applies, and nothing is lost', async () => {
    const page = await site.openTab('validator-1', plain);
    await page.goto('/reviews/rev_signed');
    await page.check('input[value=REJECTED]');
    expect(await page.getByLabel('What it may be used for').isVisible()).toBe(false);
    await page.check('input[value=APPROVED]');
    expect(await page.getByLabel('Who watches its own decisions').isVisible()).toBe(false);
    await page.getByLabel('What it may be used for').selectOption('Decisions of its own');
    await page.fill('#reason', reason);
    await follow(page.getByRole('button', { name: 'Approve with this reason' }));
    // First the signature that the policy wants, then what is missing.
    await follow(page.getByRole('button', { name: 'Sign as Vera Lindqvist' }));
    expect(await page.getByText('This is required.').isVisible()).toBe(true);
    expect(await page.inputValue('#reason')).toBe(reason);
    await page.getByLabel('Who watches its own decisions').fill('The credit desk, daily');
    await follow(page.getByRole('button', { name: 'Approve with this reason' }));
    expect(await page.getByRole('heading', { name: 'You approved' }).isVisible()).toBe(true);
    expect(await page.getByText('Who watches its own decisions: The credit desk, daily').isVisible()).toBe(true);
  });

  it('an approval is given on a condition, and its owner calls it done', async () => {
    const page = await site.openTab('compliance-1', plain);
    await page.goto('/reviews/rev_2');
    await page.check('input[value=APPROVED]');
    for (const index of [0, 1]) {
      await page.selectOption(`#disposition-${index}`, 'ACCEPTED');
      await page.fill(`[name="dispositionReason.${index}"]`, 'Assessed in 2025.');
    }
    await page.fill('#reason', reason);
    await page.getByText('Approve on conditions').click();
    await page.fill('[name="condition.0.text"]', 'Drift is watched');
    await follow(page.getByRole('button', { name: 'Approve with this reason' }));
    // Half a condition is none; what was written stays.
    expect(await page.getByText('Say what, by whom and by when.').isVisible()).toBe(true);
    await page.selectOption('[name="condition.0.owner"]', 'data-scientist-1');
    await page.fill('[name="condition.0.dueAt"]', '2027-01-15');
    await follow(page.getByRole('button', { name: 'Approve with this reason' }));
    expect(await page.locator('#conditions').textContent()).toContain('Drift is watched');

    const owner = await site.openTab('data-scientist-1', plain);
    await owner.goto('/reviews/rev_promised');
    await owner.getByText('It is done').click();
    await owner.getByLabel('What was done').fill('The dashboard shows both groups.');
    await follow(owner.getByRole('button', { name: 'Call it done' }));
    expect(await owner.locator('#conditions').textContent()).toContain('“The dashboard shows both groups.”');
  });

  it('several reviews get one answer, and those of high risk none', async () => {
    const page = await site.openTab('compliance-1', plain);
    await page.goto('/reviews');
    for (const box of await page.locator('[data-mark]').all()) await box.check();
    await page.locator('[data-batch] input[value=REJECTED]').check();
    await page.getByLabel('Reason for the marked ones').fill(reason);
    await follow(page.getByRole('button', { name: 'Decide on all marked' }));
    expect(await page.getByRole('alert').textContent()).toContain('is of high risk, which is decided by itself');
    expect(await page.getByLabel('Reason for the marked ones').inputValue()).toBe(reason);
    expect(site.house.done).toEqual([]);
  });
});

describe('a decision that the policy wants signed', () => {
  it('says so before, asks once more who it is, and shows the signature', async () => {
    const page = await site.openTab('validator-1');
    await page.goto('/reviews/rev_signed');
    await page.check('input[value=APPROVED]');
    expect(await page.getByText('You will sign as Vera Lindqvist: approval.').isVisible()).toBe(true);
    await page.getByLabel('What it may be used for').selectOption('Advice to an officer');
    await page.fill('#reason', reason);
    await page.getByRole('button', { name: 'Approve with this reason' }).click();
    await page.getByRole('heading', { name: 'Sign your decision' }).waitFor();
    expect(site.house.done).toEqual([]);
    await page.getByRole('button', { name: 'Sign as Vera Lindqvist' }).click();
    await page.getByRole('heading', { name: 'You approved' }).waitFor();
    expect(await page.locator('#decision').textContent()).toContain('Signed: Vera Lindqvist');
    expect(page.problems).toEqual([]);
  });

  it('asks for no signature where the policy wants none', async () => {
    const page = await site.openTab('validator-1');
    await page.goto('/reviews/rev_signed');
    await page.check('input[value=REJECTED]');
    expect(await page.getByText('You will sign as').isVisible()).toBe(false);
    await page.fill('#reason', reason);
    await page.getByRole('button', { name: 'Reject with this reason' }).click();
    await page.getByRole('heading', { name: 'You rejected' }).waitFor();
  });
});

describe('the inbox', () => {
  const lowRisk = () => {
    for (const id of ['rev_2', 'rev_5']) site.house.reviews.get(id)!.riskTier = 'low';
  };

  it('answers several reviews at once with the keyboard alone', async () => {
    lowRisk();
    const page = await site.openTab('compliance-1');
    await page.goto('/reviews');
    for (const key of ['j', 'j', 'x', 'j', 'x', 'r']) await page.keyboard.press(key);
    await page.keyboard.type(reason);
    await page.keyboard.press('Enter');
    await page.getByText('2 decisions recorded').waitFor();
    expect(site.house.done.map(({ verb, reviewId }) => `${verb} ${reviewId}`)).toEqual([
      'REJECTED rev_5',
      'REJECTED rev_2',
    ]);
    expect(page.problems).toEqual([]);
  });

  it('opens a row with an outcome chosen, and searches, by one key each', async () => {
    const page = await site.openTab('compliance-1');
    await page.goto('/reviews');
    await page.keyboard.press('/');
    await page.keyboard.type('sofia fraud');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/reviews?view=me&q=sofia+fraud**');
    expect(await page.locator('[data-row]').count()).toBe(1);
    await page.keyboard.press('j');
    await page.keyboard.press('c');
    await page.waitForURL('**/reviews/rev_5?outcome=CHANGES_REQUESTED*');
    expect(await page.isChecked('input[value=CHANGES_REQUESTED]')).toBe(true);
  });

  it('keeps a filter and shares it', async () => {
    const page = await site.openTab('compliance-1', plain);
    await page.goto('/reviews?tier=high&due=week');
    await page.getByText('Keep this filter').click();
    await page.getByLabel('Name of the filter').fill('High, this week');
    await page.getByLabel('for everybody').check();
    await follow(page.getByRole('button', { name: 'Keep' }));
    const other = await site.openTab('compliance-2', plain);
    await other.goto('/reviews');
    await follow(other.getByRole('link', { name: 'High, this week' }));
    expect(new URL(other.url()).search).toBe('?view=me&tier=high&due=week');
    await page.getByText('Remove one').click();
    await follow(page.getByRole('button', { name: 'High, this week' }));
    expect(await page.getByRole('link', { name: 'High, this week' }).count()).toBe(0);
  });
});

describe('settings', () => {
  it('keep an absence with its deputy, quiet hours and what to follow, without a script', async () => {
    const page = await site.openTab('compliance-1', plain);
    await page.goto('/settings');
    await page.fill('[name=from]', '2026-12-21');
    await page.fill('[name=to]', '2026-12-31');
    await page.getByLabel('Deputy').selectOption({ label: 'Chen Wei' });
    await follow(page.getByRole('button', { name: 'Say so' }));
    expect(await page.locator('#absence li').textContent()).toContain('Chen Wei stands in');
    await page.fill('[name=quietFrom]', '19:00');
    await follow(page.getByRole('button', { name: 'Keep' }));
    expect(await page.getByRole('alert').textContent()).toContain('when they end');
    await page.fill('[name=quietTo]', '07:30');
    await follow(page.getByRole('button', { name: 'Keep' }));
    expect(await page.inputValue('[name=quietFrom]')).toBe('19:00');
    await page.locator('select[name=model]').selectOption('mortgage-denial');
    await follow(page.getByRole('button', { name: 'Follow', exact: true }));
    expect(await page.getByRole('button', { name: 'Follow mortgage-denial no more' }).isVisible()).toBe(true);
    await page.locator('select[name=model]').selectOption({ label: 'High risk' });
    await follow(page.getByRole('button', { name: 'Follow', exact: true }));
    await follow(page.getByRole('button', { name: 'Follow High risk no more' }));
    expect(await page.getByRole('button', { name: /^Follow .* no more$/ }).count()).toBe(1);
  });
});

describe('an open page', () => {
  const tell = (reviewId: string, type = 'decision.recorded') => {
    const review = site.house.reviews.get(reviewId)!;
    const { id, model, version } = review.modelVersion;
    const place = `9000-${site.house.done.length + 1}`;
    const { revision, state } = review;
    site.house.live.publish([
      { submittedBy: 'pipeline', event: { id: place, type, at: '2026-11-22T12:00:00Z', reviewId, revision, state, modelVersionId: id, model, version, stage: 'approving' } },
    ]);
  }; // prettier-ignore
  const decideElsewhere = async (reviewId: string, by: string) => {
    const review = site.house.reviews.get(reviewId)!;
    const person = { handle: by, name: by, email: `${by}@example.com`, type: 'user' as const, roles: ['compliance' as const], department: null }; // prettier-ignore
    const { revision, evidenceDigest } = review;
    await site.house.services.submitDecision(
      { person, channel: 'slack' },
      { reviewId, command: { outcome: 'REJECTED', reason, revision, evidenceDigest, form: { dispositions: [] } }, idempotencyKey: by }, // prettier-ignore
    );
    tell(reviewId);
  };
  const untilLive = (page: { waitForSelector: (selector: string) => Promise<unknown> }) =>
    page.waitForSelector('html[data-live=open]');

  it('of the inbox shows what somebody else decided, and keeps the marks of other rows', async () => {
    const page = await site.openTab('compliance-1');
    await page.goto('/reviews');
    await untilLive(page);
    await page.locator('[data-row=rev_2] [data-mark]').check();
    await decideElsewhere('rev_6c', 'compliance-2');
    await page.locator('[data-row=rev_6c]', { hasText: '1 against' }).waitFor();
    expect(await page.locator('[data-row=rev_2] [data-mark]').isChecked()).toBe(true);
    expect(page.problems).toEqual([]);
  });

  it('of a review says that it changed, and keeps what is being written', async () => {
    const page = await site.openTab('compliance-1');
    await page.goto('/reviews/rev_2');
    await untilLive(page);
    await page.fill('#reason', 'Half a thought');
    await decideElsewhere('rev_2', 'compliance-2');
    await page.getByText('This changed elsewhere a moment ago.').waitFor();
    expect(await page.inputValue('#reason')).toBe('Half a thought');
    expect(await page.locator('[data-live=conversation]').textContent()).toContain(reason);
    expect(page.problems).toEqual([]);
  });

  it('of a review offers no claim that somebody else has taken, and keeps what is being written', async () => {
    const page = await site.openTab('compliance-1');
    await page.goto('/reviews/rev_2');
    await untilLive(page);
    await page.fill('#reason', 'Half a thought');
    const claim = page.getByRole('button', { name: 'Claim it' });
    expect(await claim.count()).toBe(1);
    const review = site.house.reviews.get('rev_2')!;
    site.house.reviews.set('rev_2', { ...review, state: 'RESERVED', assignee: 'compliance-2', revision: review.revision + 1 }); // prettier-ignore
    tell('rev_2', 'review.claimed');
    await claim.waitFor({ state: 'detached' });
    expect(await page.inputValue('#reason')).toBe('Half a thought');
    expect(page.problems).toEqual([]);
  });

  it('of a review shows what somebody says while it is read', async () => {
    const page = await site.openTab('compliance-1');
    await page.goto('/reviews/rev_2');
    await untilLive(page);
    await page.fill('#comment', 'Half a comment');
    const person = { handle: 'compliance-2', name: 'Chen Wei', email: '', type: 'user' as const, roles: [], department: null }; // prettier-ignore
    await site.house.services.actOnReview({ person, channel: 'web' }, 'rev_2', {
      verb: 'comment',
      text: 'Read section 3.',
    });
    tell('rev_2', 'review.commented');
    await page.locator('#conversation li', { hasText: 'Read section 3.' }).waitFor();
    expect(await page.inputValue('#comment')).toBe('Half a comment');
    expect(await page.locator('[data-changed-mark]').isVisible()).toBe(false);
  });

  it('of anything counts what waits', async () => {
    const page = await site.openTab('compliance-2');
    await page.goto('/models');
    await untilLive(page);
    const count = page.locator('[data-waiting-count]');
    const before = Number(await count.textContent());
    await decideElsewhere('rev_2', 'compliance-2');
    await page.locator('[data-waiting-count]', { hasText: String(before - 1) }).waitFor({ state: 'attached' });
    expect(await page.locator('[data-waiting]').isVisible()).toBe(before > 1);
  });
});
