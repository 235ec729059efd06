import { InvalidArgumentError, type Command } from 'commander';
import { simulationSchema } from '../../api/schemas/simulation-views.ts';
import { policySummarySchema } from '../../api/schemas/views.ts';
import type { Policy } from '../../domain/policy.ts';
import { formatPolicyProblem, parsePolicy, type PolicyProblem } from '../../policies/parse-policy.ts';
import { ask, parseAnswer, send } from '../api-client.ts';
import { contextOf } from '../context.ts';
import { describeSimulation } from '../describe-simulation.ts';
import { Failure } from '../failure.ts';
import { readText } from '../read-file.ts';

export function addPolicy(program: Command): void {
  const policy = program.command('policy').description('Check and publish the rules that govern a risk tier.');

  policy
    .command('check')
    .summary('name every mistake in policy files')
    .description('Reads policies without a server. Each mistake is printed as file:line:column field: what is wrong.')
    .argument('<files...>', 'YAML files')
    .addHelpText('after', '\nExample:\n  $ countersign policy check policies/*.yaml')
    .action((files: string[], _options: unknown, command: Command) => {
      const { output } = contextOf(command);
      const problems = files.flatMap(problemsOf);
      output.answer({ files: files.length, problems }, () =>
        problems.length === 0
          ? `${files.length === 1 ? 'The policy is' : `${files.length} policies are`} in order.`
          : problems.map(formatPolicyProblem).join('\n'),
      );
      if (problems.length > 0) process.exitCode = 1;
    });

  policy
    .command('simulate')
    .summary('who would be asked, what would block, and how past and open reviews would fare')
    .description('Tries a draft, or a published policy, on the server. Changes nothing.')
    .argument('[file]', 'the draft in YAML')
    .option('--id <policy>', 'a published policy instead of a draft')
    .option('--policy-version <n>', 'of the published policy; the newest by default', versionOf)
    .option('--model <name>', 'a version to try it on')
    .option('--version <version>')
    .option('--owner <handle>', 'whose the version would be, where it is not there yet')
    .option('--author <handle>')
    .option('--contributor <handle...>')
    .option('--replay', 'also on what was decided in the last year and on what is open')
    .option('--since <instant>', 'the same from there on, as 2026-01-01T00:00:00Z')
    .addHelpText(
      'after',
      '\nExample:\n  $ countersign policy simulate policies/high.yaml --model mortgage-denial --version 2 --replay',
    ) // prettier-ignore
    .action(simulate);

  policy
    .command('publish')
    .summary('publish the next version of a policy')
    .description(
      'For administrators. Versions that are under way keep the policy that they started with. Content that stands already publishes nothing.',
    )
    .argument('<file>', 'the YAML file')
    .requiredOption('--reason <text>', 'why it changes; stands in the journal')
    .addHelpText(
      'after',
      '\nExample:\n  $ countersign policy publish policies/high.yaml --reason "Raised the floor for ROC AUC to 0.65"',
    )
    .action(async (file: string, { reason }: { reason: string }, command: Command) => {
      const { config, output } = contextOf(command);
      const { source } = readPolicy(file);
      const response = await send(config, '/v1/policies', {
        method: 'POST',
        body: JSON.stringify({ source, reason }),
      });
      const published = await parseAnswer(policySummarySchema, response);
      const verb = response.status === 201 ? 'Published' : 'Stands already:';
      output.answer(published, () => `${verb} ${published.id} version ${published.version}, ${published.digest}`);
    });
}

interface SimulateOptions {
  id?: string;
  policyVersion?: number;
  model?: string;
  version?: string;
  owner?: string;
  author?: string;
  contributor?: string[];
  replay?: boolean;
  since?: string;
}

async function simulate(file: string | undefined, options: SimulateOptions, command: Command): Promise<void> {
  const { config, output } = contextOf(command);
  const draft = file === undefined ? undefined : readPolicy(file);
  const id = options.id ?? draft?.policy.id;
  if (id === undefined) command.error('error: name a file, or a published policy with --id');
  const { model, version, owner, author, contributor, policyVersion, replay, since } = options;
  if ((model === undefined) !== (version === undefined)) command.error('error: --model and --version go together');
  const body = {
    ...(draft === undefined ? {} : { policy: draft.source }),
    ...(policyVersion === undefined ? {} : { version: policyVersion }),
    ...(model === undefined ? {} : { subject: { model, version, owner, author, contributors: contributor } }),
    ...(replay === true || since !== undefined ? { replay: { since } } : {}),
  };
  const path = `/v1/policies/${encodeURIComponent(id)}/simulate`;
  const simulation = await ask(config, simulationSchema, path, { method: 'POST', body: JSON.stringify(body) });
  output.answer(simulation, () => describeSimulation(simulation));
}

function versionOf(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('is a whole number.');
  return Number(text);
}

/** Throws a Failure that names each mistake. */
function readPolicy(file: string): { source: string; policy: Policy } {
  const source = readText(file);
  const parsed = parsePolicy(source, file);
  if (!parsed.ok) {
    const { problems } = parsed;
    throw new Failure(problems.map(formatPolicyProblem).join('\n'), { problems });
  }
  return { source, policy: parsed.policy };
}

function problemsOf(file: string): PolicyProblem[] {
  const parsed = parsePolicy(readText(file), file);
  return parsed.ok ? [] : parsed.problems;
}
