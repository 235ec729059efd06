import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findProblems } from './check-docs.mjs';

/** A small project in which every document is true. */
const truth = {
  'package.json': JSON.stringify({
    scripts: { start: 'node start.ts', test: 'vitest', bench: 'node bench' },
    dependencies: { hono: '4' },
  }),
  'config.ts': 'const environmentSchema = z.object({\n  PORT: port,\n  DATABASE_URL: url,\n})\n',
  'api/routes/reviews.ts': "createRoute({ path: '/v1/reviews/{id}' })",
  'web/pages/models.tsx': "routes.get('/models/:model', show)",
  'cli/program.ts':
    "const journal = program.command('journal'); journal.command('verify').option('--json'); program.command('wait');",
  'domain/review.ts': '',
  'docs/operations.md': '# Operations\n\n## Settings\n\n| `PORT` | 8080 |\n| `DATABASE_URL` | |\n\n## Backup\n',
  'docs/decisions/0001-hono.md': 'Packages: `hono`\n',
};

const folders = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** What the check says about the small project with these files in it; `undefined` takes a file away. */
function problemsWith(files) {
  const root = mkdtempSync(join(tmpdir(), 'check-docs-'));
  folders.push(root);
  for (const [path, text] of Object.entries({ ...truth, ...files })) {
    if (text === undefined) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return findProblems(root).map(({ file, line, message }) => `${file}:${line}: ${message}`);
}

describe('checking documents', () => {
  it('has nothing to say where everything that is named exists', () => {
    const README = [
      '[operations](docs/operations.md#settings) `domain/review.ts` `domain/` `PORT=9000`',
      '`GET /v1/reviews/{id}` `/models/{model}` `application/json` `COUNTERSIGN_HOME/demo.json` `model-vN.pkl`',
      '```',
      'npm start',
      'npm run bench',
      'npx countersign journal verify --json',
      'npx countersign wait mortgage 2',
      '```',
    ];
    expect(problemsWith({ 'README.md': README.join('\n') })).toEqual([]);
  });

  it.each([
    ['a file', '`domain/votes.ts`', 'domain/votes.ts: there is no such file'],
    ['a folder', '`domain/votes/`', 'domain/votes/: there is no such file'],
    ['a file in the root', '`worker.ts`', 'worker.ts: there is no such file'],
    ['an npm script', 'run `npm run lint`', 'npm run lint: package.json has no such script'],
    ['an npm script in a code block', '```\nnpm run lint\n```', 'npm run lint: package.json has no such script'],
    ['a command', '`npx countersign journal seal`', 'countersign journal seal: there is no command seal'],
    [
      'an option',
      '`npx countersign journal verify --fast`',
      'countersign journal verify --fast: there is no option --fast',
    ],
    ['a route', '`POST /v1/votes`', 'POST /v1/votes: the server has no such route'],
    ['a page', '`/dashboards`', '/dashboards: the server has no such route'],
    ['a setting', '`COUNTERSIGN_COLOUR`', 'COUNTERSIGN_COLOUR: nothing reads this setting'],
    ['a page behind a link', '[more](docs/more.md)', 'the link to docs/more.md leads nowhere'],
    ['a picture', '![inbox](docs/pictures/inbox.png)', 'the link to docs/pictures/inbox.png leads nowhere'],
    ['a picture in HTML', '<img src="docs/pictures/inbox.png">', 'the link to docs/pictures/inbox.png leads nowhere'],
    ['a heading behind a link', '[backup](docs/operations.md#restore)', 'docs/operations.md has no heading #restore'],
  ])('finds %s that is gone, with its line', (_what, text, message) => {
    const line = text.startsWith('```') ? 4 : 3;
    expect(problemsWith({ 'README.md': `# Title\n\n${text}\n` })).toEqual([`README.md:${line}: ${message}`]);
  });

  it('finds a setting that the table of settings lacks', () => {
    const problems = problemsWith({ 'config.ts': truth['config.ts'].replace('PORT', 'HOST: host,\n  PORT') });
    expect(problems).toEqual(['docs/operations.md:1: the table of settings lacks HOST']);
  });

  it('finds a setting in the table that nothing reads any more', () => {
    const problems = problemsWith({ 'config.ts': truth['config.ts'].replace('  PORT: port,\n', '') });
    expect(problems).toContain('docs/operations.md:1: the table of settings names PORT, which config.ts does not read');
  });

  it('finds a dependency that no decision names', () => {
    const manifest = truth['package.json'].replace('"hono":"4"', '"hono":"4","left-pad":"1"');
    expect(problemsWith({ 'package.json': manifest })).toEqual([
      'docs/decisions:1: no decision names the dependency left-pad',
    ]);
  });

  it('finds a decision about a package that is no dependency any more', () => {
    const problems = problemsWith({ 'docs/decisions/0002-old.md': 'Packages: `express`\n' });
    expect(problems).toEqual(['docs/decisions/0002-old.md:1: express is no dependency']);
  });

  it('finds a gap in the numbers of decisions', () => {
    const problems = problemsWith({ 'docs/decisions/0003-later.md': 'Packages: `hono`\n' });
    expect(problems).toEqual(['docs/decisions/0003-later.md:1: its number is not the next one']);
  });

  it('finds a type of journal entry that the auditor’s list lacks, and one in it that there is no more', () => {
    const problems = problemsWith({
      'domain/journal.ts': "export const entryTypes = [\n  'review.opened', 'review.closed',\n] as const;\n",
      'docs/auditing.md':
        '| type | when |\n| - | - |\n| `review.opened`, `review.burnt` | a review `review.closed` |\n\nThen.\n',
    });
    expect(problems).toEqual([
      'docs/auditing.md:1: the table of entry types lacks review.closed',
      'docs/auditing.md:1: the table of entry types names review.burnt, which domain/journal.ts does not',
    ]);
  });

  it('has nothing to say about this repository', () => {
    expect(findProblems(join(import.meta.dirname, '..'))).toEqual([]);
  });

  it('notices that the table or the decisions are missing altogether', () => {
    const problems = problemsWith({ 'docs/operations.md': undefined, 'docs/decisions/0001-hono.md': undefined });
    expect(problems).toEqual([
      'docs/operations.md:1: is missing: it holds the table of settings',
      'docs/decisions:1: is missing: it names each dependency',
    ]);
  });
});
