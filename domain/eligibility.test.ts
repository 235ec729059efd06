import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { whoMayDecide, type KnownPerson, type Question, type VersionInQuestion } from './eligibility.ts';
import { expressionProblem } from './person-expression.ts';
import { defaultReviewRules, relations } from './review-policy.ts';

const at = '2026-11-23T10:00:00.000Z';
const person = (handle: string, change: Partial<KnownPerson> = {}): KnownPerson => ({
  handle,
  name: handle,
  email: `${handle}@example.com`,
  type: 'user',
  roles: ['compliance'],
  department: null,
  isActive: true,
  groups: [],
  timeZone: 'UTC',
  slackUserId: null,
  aliases: [],
  accountable: null,
  qualifications: [],
  absences: [],
  ...change,
});
const bot = (handle: string, accountable: string | null): KnownPerson =>
  person(handle, { type: 'service_account', roles: ['submitter'], accountable });
const version = (change: Partial<VersionInQuestion> = {}): VersionInQuestion => ({
  model: 'mortgage-denial',
  version: '2',
  riskTier: 'high',
  task: 'binary_classification',
  owner: 'olga',
  author: 'adam',
  contributors: [],
  commitAuthors: [],
  submittedBy: null,
  earlierDeciders: [],
  ...change,
});
const question = (change: Partial<Question> = {}): Question => ({ roles: ['compliance'], quorum: 1, ...change });
const away = (deputy: string | null) => [{ startsAt: '2026-11-20T00:00:00Z', endsAt: '2026-11-30T00:00:00Z', deputy }];
const ask = (people: KnownPerson[], v = version(), q = question(), rules = defaultReviewRules) =>
  whoMayDecide(people, v, q, rules, at);
const handles = (answer: ReturnType<typeof ask>) => answer.may.map(({ handle }) => handle);
const whyNot = (answer: ReturnType<typeof ask>, handle: string) =>
  answer.mayNot.find((other) => other.handle === handle)?.why;

describe('whoMayDecide', () => {
  it('asks active people who hold one of the roles, and nobody else', () => {
    const answer = ask([
      person('carla'),
      person('vera', { roles: ['validator'] }),
      person('gone', { isActive: false }),
      bot('robot', null),
    ]);
    expect(answer.may).toEqual([
      { handle: 'carla', name: 'carla', role: 'compliance', via: null, onBehalfOf: null, absentUntil: null },
    ]);
  });

  it.each([
    ['author', version({ author: 'carla' }), 'is the author of this version'],
    ['author by another address', version({ author: 'C.Nowak@Old.example.com' }), 'is the author of this version'],
    ['owner in full-width letters', version({ owner: 'ＣＡＲＬＡ' }), 'is the owner of this version'],
    ['contributor by Slack id', version({ contributors: ['U0CARLA'] }), 'is the contributor of this version'],
    [
      'author of a commit',
      version({ commitAuthors: ['Carla N <c.nowak@old.example.com>'] }),
      'wrote code of this version',
    ],
  ])('refuses the %s, by whatever name', (_, v, why) => {
    const carla = person('carla', { aliases: ['c.nowak@old.example.com'], slackUserId: 'U0CARLA' });
    const answer = ask([carla, person('chen')], v);
    expect(handles(answer)).toEqual(['chen']);
    expect(answer.mayNot).toEqual([{ handle: 'carla', why, code: 'SELF_REVIEW' }]);
  });

  it('refuses the human behind the software that delivered, wrote or owns the version, through any number of bots', () => {
    const people = [person('carla'), person('chen'), bot('robot', 'carla'), bot('sub-robot', 'robot')];
    for (const v of [
      version({ submittedBy: 'robot' }),
      version({ author: 'sub-robot' }),
      version({ commitAuthors: ['sub-robot@example.com'] }),
    ])
      expect(handles(ask(people, v))).toEqual(['chen']);
    const lenient = { ...defaultReviewRules, independence: { excludes: [] } };
    expect(handles(ask(people, version({ submittedBy: 'robot' }), question(), lenient))).toEqual(['carla', 'chen']);
  });

  it('refuses earlier deciders only where the policy says so', () => {
    const people = [person('carla'), person('chen')];
    const v = version({ earlierDeciders: ['carla'] });
    expect(handles(ask(people, v))).toEqual(['carla', 'chen']);
    const strict = { ...defaultReviewRules, independence: { excludes: [...relations] } };
    expect(handles(ask(people, v, question(), strict))).toEqual(['chen']);
  });

  it('refuses whoever stands in for somebody who is bound, and whoever stands in for them', () => {
    const people = [
      person('adam', { roles: ['submitter'], absences: away('carla') }),
      person('carla', { absences: away('chen') }),
      person('chen'),
      person('dora'),
    ];
    const answer = ask(people);
    expect(handles(answer)).toEqual(['dora']);
    expect(whyNot(answer, 'carla')).toBe('stands in for adam, who is the author of this version');
    expect(whyNot(answer, 'chen')).toContain('stands in for carla');
  });

  it('counts one human with two accounts once', () => {
    const answer = ask([person('carla', { aliases: ['carla2@example.com'] }), person('carla2'), person('chen')]);
    expect(handles(answer)).toEqual(['carla', 'chen']);
    expect(whyNot(answer, 'carla2')).toBe('is the same person as carla');
    expect(
      handles(ask([person('carla', { aliases: ['Carla2'] }), person('carla2')], version({ author: 'carla2' }))),
    ).toEqual([]);
  });

  it('asks the deputy of somebody away too, in her name, when she is in none of the groups herself', () => {
    const people = [
      person('carla', { groups: ['lending'], absences: away('chen') }),
      person('chen'),
      person('vera', { roles: ['validator'] }),
    ];
    const answer = ask(people, version(), question({ groups: ['lending'] }));
    expect(answer.may.map(({ handle, via, onBehalfOf }) => ({ handle, via, onBehalfOf }))).toEqual([
      { handle: 'carla', via: null, onBehalfOf: null },
      { handle: 'chen', via: 'deputy', onBehalfOf: 'carla' },
    ]);
  });

  it('does not let a deputy in who lacks the role or the qualification, or is bound to the version', () => {
    const q = question({ groups: ['lending'], qualification: 'credit' });
    const held = [{ name: 'credit', expiresAt: null }];
    const withDeputy = (deputy: KnownPerson) =>
      ask(
        [person('carla', { groups: ['lending'], qualifications: held, absences: away(deputy.handle) }), deputy],
        version(),
        q,
      );
    expect(handles(withDeputy(person('vera', { roles: ['validator'], qualifications: held })))).toEqual(['carla']);
    expect(handles(withDeputy(person('chen')))).toEqual(['carla']);
    expect(handles(withDeputy(person('adam', { qualifications: held })))).toEqual(['carla']);
    expect(handles(withDeputy(person('chen', { qualifications: held })))).toEqual(['carla', 'chen']);
  });

  it('ends where deputies stand in for each other in a circle', () => {
    const people = [person('carla', { absences: away('chen') }), person('chen', { absences: away('carla') })];
    expect(handles(ask(people))).toEqual(['carla', 'chen']);
  });

  it('offers it to nobody whose qualification is missing or expired (APR-3)', () => {
    const q = question({ qualification: 'credit-models' });
    const answer = ask(
      [
        person('carla', { qualifications: [{ name: 'credit-models', expiresAt: '2026-11-22T00:00:00Z' }] }),
        person('chen', { qualifications: [{ name: 'credit-models', expiresAt: '2027-11-22T00:00:00Z' }] }),
        person('dora'),
      ],
      version(),
      q,
    );
    expect(handles(answer)).toEqual(['chen']);
    expect(whyNot(answer, 'carla')).toBe('was qualified for credit-models until 2026-11-22');
    expect(whyNot(answer, 'dora')).toBe('is not qualified for credit-models');
  });

  it('asks only people for whom the expression over person, model and version is true', () => {
    const eligible =
      'person.department != "" && model.name.startsWith("mortgage") && !(person.handle in version.contributors)';
    const answer = ask([person('carla', { department: 'risk' }), person('chen')], version(), question({ eligible }));
    expect(handles(answer)).toEqual(['carla']);
    expect(handles(ask([person('carla')], version(), question({ eligible: 'person.roles[7] == "x"' })))).toEqual([]);
  });

  it('asks the fallback, and says why, when too few may decide', () => {
    const people = [
      person('adam'),
      person('chen'),
      person('fiona', { roles: ['validator'] }),
      person('olga', { roles: ['validator'] }),
    ];
    const answer = ask(people, version(), question({ quorum: 2, fallback: ['fiona', 'olga', 'nobody'] }));
    expect(answer.may.map(({ handle, via, role }) => [handle, via, role])).toEqual([
      ['chen', null, 'compliance'],
      ['fiona', 'fallback', 'validator'],
    ]);
    expect(answer.rerouted).toBe(
      '1 of the 2 people it needs may decide: adam is the author of this version; olga is the owner of this version. fiona is asked instead.',
    );
    expect(ask(people, version(), question({ fallback: ['fiona'] })).rerouted).toBeNull();
  });

  it('takes somebody away without a deputy for nobody when it counts who is there', () => {
    const answer = ask(
      [person('carla', { absences: away(null) }), person('fiona', { roles: ['validator'] })],
      version(),
      question({ fallback: ['fiona'] }),
    );
    expect(handles(answer)).toEqual(['carla', 'fiona']);
    expect(answer.rerouted).toContain('carla is away and nobody stands in');
  });

  it('never lets anybody decide who is bound to the version, nor one human twice', () => {
    const names = ['ada', 'ben', 'cora', 'dan', 'eve'];
    const anybody = fc.constantFrom(...names, 'stranger', 'bot');
    fc.assert(
      fc.property(
        fc.record({
          author: anybody,
          owner: anybody,
          contributors: fc.array(anybody, { maxLength: 2 }),
          commitAuthors: fc.array(anybody, { maxLength: 2 }),
          submittedBy: fc.constantFrom('bot', null),
        }),
        fc.array(fc.record({ from: fc.constantFrom(...names), deputy: fc.constantFrom(...names) }), { maxLength: 3 }),
        fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 2 }),
        fc.constantFrom(...names),
        fc.array(fc.constantFrom(...names), { maxLength: 2 }),
        (lineage, deputies, twins, accountable, fallback) => {
          const people = [
            ...names.map((name) =>
              person(name, {
                aliases: twins.filter(([one]) => one === name).map(([, other]) => `${other}@example.com`),
                absences: deputies
                  .filter(({ from }) => from === name)
                  .slice(0, 1)
                  .flatMap(({ deputy }) => away(deputy)),
              }),
            ),
            bot('bot', accountable),
          ];
          const v = version(lineage);
          const { may } = ask(people, v, question({ quorum: 2, fallback }));
          const bound = [
            v.author,
            v.owner,
            ...v.contributors,
            ...v.commitAuthors,
            ...(v.submittedBy ? ['bot'] : []),
          ].map((name) => (name === 'bot' ? accountable : name));
          for (const { handle } of may) {
            expect(bound).not.toContain(handle);
            for (const [one, other] of twins) {
              if (one !== other && handle === one) expect(may.map((each) => each.handle)).not.toContain(other);
              if (handle === one) expect(bound).not.toContain(other);
            }
          }
        },
      ),
    );
  });
});

describe('expressionProblem', () => {
  it.each([
    ['1 +', 'EOF'],
    ['person.age > 3', 'No such key'],
    ['account.handle == "x"', 'Unknown variable'],
    ['person.handle', 'not true or false'],
    ['person.roles + 1 == 2', 'no such overload'],
  ])('refuses %s', (expression, problem) => {
    expect(expressionProblem(expression)).toContain(problem);
  });

  it('takes what is true or false for every person', () => {
    expect(
      expressionProblem('"lending" in person.groups || person.qualifications.exists(q, q == "credit")'),
    ).toBeUndefined();
  });
});
