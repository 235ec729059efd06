import { beforeEach, describe, expect, it } from 'vitest';
import { createPreview } from '../fixtures/preview-app.ts';
import { readWords } from '../fixtures/read-words.ts';
import type { House } from '../fixtures/house.ts';

let site: ReturnType<typeof createPreview>;
let house: House;
beforeEach(() => {
  site = createPreview();
  house = site.house;
});

async function read(path: string, who = 'compliance-1') {
  const response = await site.app.request(path, { headers: { cookie: `who=${who}` } });
  const html = await response.text();
  return { response, html, words: readWords(html) };
}

async function post(path: string, fields: Record<string, string>, who = 'compliance-1') {
  const response = await site.app.request(path, {
    method: 'POST',
    headers: { cookie: `who=${who}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });
  const html = await response.text();
  return { response, html, words: readWords(html) };
}

const hidden = (html: string, name: string): string => {
  const value = new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1];
  if (value === undefined) throw new Error(`The form has no field ${name}`);
  return value;
};

/** What a browser would send back of the form on this page. */
const quoted = (html: string) => ({
  revision: hidden(html, 'revision'),
  evidenceDigest: hidden(html, 'evidenceDigest'),
  idempotencyKey: hidden(html, 'idempotencyKey'),
});

const reason = 'Both groups compared row by row; the gap follows debt ratios.';
const answered = {
  'finding.0': 'fairness-selection:afam',
  'disposition.0': 'ACCEPTED',
  'dispositionReason.0': 'Within the 2025 assessment.',
  'finding.1': 'calibration',
  'disposition.1': 'RESTRICTED',
  'dispositionReason.1': 'Only advises below 0.4.',
};

it('compared with the version before, a value is called worse by itself and a verdict stricter beside that', async () => {
  const { words } = await read('/reviews/rev_2/compare');
  expect(words).toContain('1 finding is worse or new. 1 finding is judged more strictly without a worse value.');
  // There was no ratio before: only the verdict on it can be compared.
  expect(words).toMatch(/Predicted denials differ by race: afam stricter verdict: now fails, limit ≥ 0\.8/);
  expect(words).toMatch(/Calibration is loose above 0\.4 value worse · stricter verdict: now warns, limit ≤ 0\.03/);
});

it('a decision that waits for its signature shows all that is signed', async () => {
  const review = house.reviews.get('rev_signed')!;
  const [finding] = house.reviews.get('rev_2')!.findingsToAnswer;
  house.reviews.set('rev_signed', { ...review, findingsToAnswer: [finding!] });
  const { html } = await read('/reviews/rev_signed', 'validator-1');
  const { words } = await post(
    '/reviews/rev_signed/decisions',
    {
      ...quoted(html),
      outcome: 'APPROVED',
      reason,
      'finding.0': finding!.id,
      'disposition.0': 'RESTRICTED',
      'dispositionReason.0': 'Only advises.',
      'field.usage': 'Advice to an officer',
      'condition.0.text': 'Drift is watched',
      'condition.0.owner': 'data-scientist-1',
      'condition.0.dueAt': '2027-01-15',
    },
    'validator-1',
  );
  expect(words).toContain('Sign your decision');
  for (const signed of [
    'Decision Approve',
    `Reason “${reason}”`,
    `Finding ${finding!.title}`,
    '“Only advises.”',
    'Answer What it may be used for: Advice to an officer',
    'Condition “Drift is watched” Sofia Rossi, by Fri 15 Jan',
    `Evidence ${review.evidenceDigest}`,
    'You sign as Vera Lindqvist: approval',
  ])
    expect(words).toContain(signed);
  expect(house.done).toEqual([]);
});

describe('a decision that no longer counts', () => {
  const sentence = 'No longer counts. Under version 3 of the policy, Viktor Hale is not qualified for model risk.';

  it.each([
    ['who decides next', 'validator-1'],
    ['who gave it', 'validator-2'],
    ['who reads along', 'auditor'],
  ])('says so, and why, to %s', async (_, who) => {
    const { words } = await read('/reviews/rev_rebased', who);
    // Beside the decision, and in the conversation.
    expect(words.split(sentence)).toHaveLength(3);
  });

  it('leaves a review that asks what the policy asks since the rebase, and says under which it is decided', async () => {
    const { words } = await read('/reviews/rev_rebased', 'validator-1');
    expect(words).toContain('At least 40 letters or digits');
    expect(words).toContain('Decided under high, version 3');
    const untouched = await read('/reviews/rev_signed', 'validator-1');
    expect(untouched.words).not.toMatch(/At least 40 letters|Decided under/);
  });

  it('does not tick its author off as heard', async () => {
    expect((await read('/reviews/rev_rebased', 'auditor')).html).not.toContain('has answered');
  });
});

describe('a review', () => {
  it('asks its question first, then says what to know, then what asks for judgement', async () => {
    const page = await read('/reviews/rev_2');
    expect(page.response.status).toBe(200);
    const order = [
      'May version 2 replace version 1 in production?',
      'One finding needs your judgement',
      'High risk',
      'Predicted denials differ by race',
      '15 checks passed',
      'Your decision',
    ];
    const places = order.map((text) =>
      page.words.lastIndexOf(text) === -1 ? -1 : page.words.indexOf(text, page.words.indexOf('Skip to the content')),
    );
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('names a finding in the form as it names it above', async () => {
    const { html } = await read('/reviews/rev_2');
    expect(html).toMatch(/<h3[^>]*>Calibration is loose above 0\.4<\/h3>/);
    expect(html).toMatch(/<label[^>]*for="disposition-1"[^>]*>Calibration is loose above 0\.4<\/label>/);
  });

  it('says of each outcome what follows, and what does not', async () => {
    const page = await read('/reviews/rev_2');
    expect(page.words).toContain(
      'Counts as approval 1 of 2. The question stays open until one more compliance officer agrees. Nothing goes to production before that.',
    );
    expect(page.words).toContain('Sofia Rossi is asked for new evidence');
    expect(page.words).toContain('Counts as rejection 1 of 2');
  });

  it('shows both sides of a conflict', async () => {
    const page = await read('/reviews/rev_6c');
    expect(page.words).toMatch(
      /For “The difference is explained by income.*Viktor Hale.*Against “Income stands in for the neighbourhood.*Vera Lindqvist/,
    );
  });

  it.each([
    ['rev_7e', 'The deadline passed', 'silence counts as approval'],
    ['rev_7c', 'This question was withdrawn', 'The training data was found to hold duplicates.'],
    ['rev_7o', 'New evidence took its place', 'kept as it was'],
    ['rev_validation_2', 'Approved', 'Vera Lindqvist approved'],
  ])('that is closed says why instead of asking (%s)', async (id, title, detail) => {
    const page = await read(`/reviews/${id}`);
    expect(page.words).toContain(title);
    expect(page.words).toContain(detail);
    expect(page.html).not.toContain('name="outcome"');
  });

  it('tells its maker that others decide', async () => {
    const page = await read('/reviews/rev_2', 'data-scientist-1');
    expect(page.words).toContain(
      'You made this version, so others decide You are its author and owner. Asked: Carla Mendes (compliance officer) and Chen Wei (compliance officer).',
    );
    expect(page.html).not.toContain('name="outcome"');
  });

  it('tells who is not asked who is, and who waits for a colleague whom', async () => {
    expect((await read('/reviews/rev_2', 'auditor')).words).toContain(
      'This review asks other people You can read all of it.',
    );
    expect((await read('/reviews/rev_3', 'validator-1')).words).toContain('Viktor Hale has claimed this review');
  });

  it('that one may not see is not there', async () => {
    const page = await read('/reviews/rev_nobody');
    expect(page.response.status).toBe(404);
    expect(page.words).toContain('There is nothing here');
  });

  it('sends who is not signed in to sign in, and back', async () => {
    const response = await site.app.request('/reviews/rev_2?queue=rev_5');
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe(`/sign-in?next=${encodeURIComponent('/reviews/rev_2?queue=rev_5')}`);
  });
});

describe('a decision', () => {
  it('is recorded once and shown with who, when and why, and what comes next', async () => {
    const { html } = await read('/reviews/rev_2');
    const { response } = await post('/reviews/rev_2/decisions', {
      ...quoted(html),
      ...answered,
      outcome: 'APPROVED',
      reason,
    });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/reviews/rev_2#decision');
    expect(house.reviews.get('rev_2')?.decisions.at(-1)).toMatchObject({
      outcome: 'APPROVED',
      reason,
      dispositions: [{ finding: 'fairness-selection:afam', disposition: 'ACCEPTED' }, { finding: 'calibration' }],
    });
    const after = await read('/reviews/rev_2');
    expect(after.words).toContain(`You approved “${reason}”`);
    expect(after.words).toContain('Next for you Two people disagree on version 12.');
  });

  it('to approve needs an answer to each finding, and keeps what was written', async () => {
    const { html } = await read('/reviews/rev_2');
    const page = await post('/reviews/rev_2/decisions', {
      ...quoted(html),
      outcome: 'APPROVED',
      reason,
      'finding.0': 'fairness-selection:afam',
      'disposition.0': 'ACCEPTED',
      'dispositionReason.0': '',
    });
    expect(page.response.status).toBe(422);
    expect(page.words).toContain('Nothing was recorded yet');
    expect(page.words).toContain('Say why.');
    expect(page.words).toContain('Choose an answer and say why.');
    expect(page.html).toContain(`${reason}</textarea>`);
    expect(page.html).toMatch(/value="ACCEPTED" selected/);
    expect(house.done).toEqual([]);
  });

  it('to reject needs no answer to findings', async () => {
    const { html } = await read('/reviews/rev_2');
    const { response } = await post('/reviews/rev_2/decisions', {
      ...quoted(html),
      outcome: 'REJECTED',
      reason,
      'finding.0': 'fairness-selection:afam',
      'disposition.0': '',
      'dispositionReason.0': '',
    });
    expect(response.status).toBe(303);
  });

  it('on a condition shows the day that was chosen, in every time zone of a browser', async () => {
    const { html } = await read('/reviews/rev_2');
    const condition = { 'condition.0.text': 'Drift is watched', 'condition.0.owner': 'data-scientist-1', 'condition.0.dueAt': '2027-01-15' }; // prettier-ignore
    await post('/reviews/rev_2/decisions', { ...quoted(html), outcome: 'APPROVED', reason, ...answered, ...condition });
    // Not as an instant, which the page's script would put into the browser's zone.
    expect((await read('/reviews/rev_2')).html).toMatch(/, by Fri 15 Jan, once everybody has agreed/);
  });

  it.each([
    [{ outcome: '', reason }, 'Choose an outcome.'],
    [{ outcome: 'APPROVED_BY_MAGIC', reason }, 'Nothing was recorded yet'],
    [{ outcome: 'APPROVED', reason: 'ok', ...answered }, 'Say what you looked at and why it is enough'],
    [{ outcome: 'CHANGES_REQUESTED', reason: 'no' }, 'Say what you looked at and what has to change'],
    [{ outcome: 'REJECTED', reason: 'no' }, 'Say what you looked at and why it is not enough'],
    [{ outcome: 'REJECTED', reason: '' }, 'Say why: the reason is what an auditor reads years later.'],
  ])('that says too little is refused with the words kept (%o)', async (fields, message) => {
    const { html } = await read('/reviews/rev_2');
    const page = await post('/reviews/rev_2/decisions', { ...quoted(html), ...fields });
    expect(page.response.status).toBe(422);
    expect(page.words).toContain(message);
    expect(house.done).toEqual([]);
  });

  it('on evidence that changed meanwhile is refused, and the form then quotes the new evidence', async () => {
    const { html } = await read('/reviews/rev_2');
    const review = house.reviews.get('rev_2');
    const other = house.reviews.get('rev_6');
    if (!review || !other) throw new Error('The fixtures lack a review');
    review.evidenceDigest = other.evidenceDigest;
    const page = await post('/reviews/rev_2/decisions', { ...quoted(html), ...answered, outcome: 'APPROVED', reason });
    expect(page.response.status).toBe(412);
    expect(page.words).toContain('What you quote is not what the review is about now.');
    expect(hidden(page.html, 'evidenceDigest')).toBe(other.evidenceDigest);
    expect(page.html).toContain(`${reason}</textarea>`);
  });

  it('that comes after another closed the review is told who was first, and keeps its words', async () => {
    const { html } = await read('/reviews/rev_5');
    const fields = { ...quoted(html), outcome: 'REJECTED', reason };
    await post('/reviews/rev_5/decisions', {
      ...fields,
      outcome: 'CHANGES_REQUESTED',
      reason: 'The data sheet does not say where the labels come from.',
    });
    const page = await post('/reviews/rev_5/decisions', fields, 'compliance-2');
    expect(page.response.status).toBe(409);
    expect(page.words).toContain('Nothing was recorded');
  });

  it('of the maker is refused', async () => {
    const { html } = await read('/reviews/rev_2');
    const page = await post(
      '/reviews/rev_2/decisions',
      { ...quoted(html), ...answered, outcome: 'APPROVED', reason },
      'data-scientist-1',
    );
    expect(page.response.status).toBe(403);
    expect(page.words).toContain('somebody independent has to decide');
  });

  it('goes on to the reviews that were marked', async () => {
    const { html } = await read('/reviews/rev_2?queue=rev_5');
    expect(hidden(html, 'queue')).toBe('rev_5');
    const { response } = await post('/reviews/rev_2/decisions', {
      ...quoted(html),
      queue: 'rev_5',
      outcome: 'REJECTED',
      reason,
    });
    const after = await read(response.headers.get('location') ?? '');
    expect(after.words).toContain('Next for you May version 2026.11.3 go into production?');
  });
});

describe('claiming', () => {
  it('is offered while nobody has, and given back by who did', async () => {
    expect((await read('/reviews/rev_2')).words).toContain('Nobody is on it yet. Claim it');
    expect((await post('/reviews/rev_2/claim', {})).response.status).toBe(303);
    expect((await read('/reviews/rev_2')).words).toContain('You have claimed this. Give it back');
  });

  it('names who was faster', async () => {
    const page = await post('/reviews/rev_3/claim', {}, 'validator-1');
    expect(page.response.status).toBe(409);
    expect(page.words).toContain('Viktor Hale has claimed this review.');
  });
});

describe('a document', () => {
  it('is shown without anything in it that could act', async () => {
    const link = /href="(\/reviews\/rev_2\/documents\/[^"]+)"[^>]*>\s*Model card/.exec(
      (await read('/reviews/rev_2')).html,
    )?.[1];
    const page = await read(link ?? '');
    expect(page.response.status).toBe(200);
    expect(page.words).toContain('advises a loan officer');
    const article = page.html.slice(page.html.indexOf('<article'));
    expect(article).not.toMatch(/<script|<img|javascript:alert\(1\)"/);
  });

  it('reads in the order in which it was written, and so do the words of people', async () => {
    const turned =
      'Harm\u202eless\u202c, \u2066really\u2069 &#x202e;&#8238;`\u202b`; right-to-left words stay: \u200fموافق.';
    house.services.getDocument = async () => ({ kind: 'model_card', mediaType: 'text/markdown', text: turned });
    const document = await read(/href="(\/reviews\/rev_2\/documents\/[^"]+)"/.exec((await read('/reviews/rev_2')).html)?.[1] ?? ''); // prettier-ignore
    expect(document.words).toContain('Harmless, really');
    const review = house.reviews.get('rev_rebased')!;
    review.decisions[0]!.reason = turned;
    const page = await read('/reviews/rev_rebased');
    expect(page.words).toContain('Harmless, really');
    for (const { html } of [document, page]) {
      expect(html).not.toMatch(/[\u202a-\u202e\u2066-\u2069]|&#(?:x202e|8238)/i);
      expect(html).toContain('\u200fموافق');
    }
  });
});
