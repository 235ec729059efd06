// The command line: a client of the API like any other. Exit codes: 0 done, 1 refused or failed, 2 wrong use, 3 still open.
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { addAbsence } from './commands/absence.ts';
import { addAdmin } from './commands/admin.ts';
import { addConditions } from './commands/conditions.ts';
import { addDecide } from './commands/decide.ts';
import { addJournal } from './commands/journal.ts';
import { addPolicy } from './commands/policy.ts';
import { addReviews } from './commands/reviews.ts';
import { addReviewVerbs } from './commands/review-verbs.ts';
import { addSubmit } from './commands/submit.ts';
import { addWait } from './commands/wait.ts';
import { Failure } from './failure.ts';

const settings = `
Settings, read from the environment:
  COUNTERSIGN_URL             where the server is (http://localhost:8080)
  COUNTERSIGN_TOKEN           your access token, cst_…
  COUNTERSIGN_WEBHOOK_SECRET  for submit: the secret of the source, whsec_…
  COUNTERSIGN_HOME            for --as: where demo.json lies (.countersign)

A first tour, with the demonstration running:
  $ countersign --as validator-1 reviews
  $ countersign --as validator-1 decide rev_… --outcome APPROVED --reason "Checked the metrics against the plan"
  $ countersign --as auditor journal verify`;

const program = new Command('countersign')
  .description('Human sign-off for machine-learning models.')
  .option('--json', 'print answers as JSON')
  .option('--as <handle>', 'act as a person of the demonstration, with the token in demo.json')
  .addHelpText('after', settings)
  .showHelpAfterError('(countersign --help explains)')
  .exitOverride();

addSubmit(program);
addWait(program);
addReviews(program);
addReviewVerbs(program);
addDecide(program);
addPolicy(program);
addJournal(program);
addConditions(program);
addAbsence(program);
addAdmin(program);

// A reader such as head that has seen enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) {
    console.error(error.message);
    return 2;
  }
  const isJson = program.opts<{ json?: boolean }>().json === true;
  if (error instanceof Failure)
    console.error(isJson && error.problem !== undefined ? JSON.stringify(error.problem) : error.message);
  // A file that cannot be read or written says so itself.
  else console.error(error instanceof Error && 'syscall' in error ? error.message : error);
  return 1;
}
