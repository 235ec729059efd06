import type { Command } from 'commander';
import { policySummarySchema } from '../../api/schemas/views.ts';
import { formatPolicyProblem, parsePolicy, type PolicyProblem } from '../../policies/parse-policy.ts';
import { parseAnswer, send } from '../api-client.ts';
import { contextOf } from '../context.ts';
import { Failure } from '../failure.ts';
import { readText } from './submit.ts';

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
      const problems = problemsOf(file);
      if (problems.length > 0) throw new Failure(problems.map(formatPolicyProblem).join('\n'), { problems });
      const response = await send(config, '/v1/policies', {
        method: 'POST',
        body: JSON.stringify({ source: readText(file), reason }),
      });
      const published = await parseAnswer(policySummarySchema, response);
      const verb = response.status === 201 ? 'Published' : 'Stands already:';
      output.answer(published, () => `${verb} ${published.id} version ${published.version}, ${published.digest}`);
    });
}

function problemsOf(file: string): PolicyProblem[] {
  const parsed = parsePolicy(readText(file), file);
  return parsed.ok ? [] : parsed.problems;
}
